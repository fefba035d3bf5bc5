#include "colocation/plan/probes.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace colocation {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

// At most what 64 bits hold: some 292 years.
int64_t ToNs(int64_t seconds) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max() / kSecond;
  return std::clamp(seconds, -kMost, kMost) * kSecond;
}

class Prober {
 public:
  Prober(const v1::Sidecar& sidecar, const Subject& subject,
         const std::string& path, DiagnosticList* diagnostics)
      : sidecar_(sidecar),
        subject_(subject),
        path_(path),
        diagnostics_(*diagnostics) {}

  void Set(const v1::Probe& probe, absl::string_view field,
           v1::LaunchProbe* launch) {
    CheckHandlers(probe.has_exec() + probe.has_http_get() +
                      probe.has_tcp_socket() + probe.has_grpc(),
                  field);
    if (probe.has_exec()) {
      *launch->mutable_exec()->mutable_command() = probe.exec().command();
    } else if (probe.has_http_get()) {
      Http(probe.http_get(), field, launch->mutable_http());
    } else if (probe.has_tcp_socket()) {
      v1::TcpCheck* check = launch->mutable_tcp();
      check->set_host(probe.tcp_socket().host());
      check->set_port(PortOf(probe.tcp_socket().port(), field));
    } else if (probe.has_grpc()) {
      launch->mutable_grpc()->set_port(probe.grpc().port());
      launch->mutable_grpc()->set_service(probe.grpc().service());
    }
    launch->set_initial_delay_ns(ToNs(probe.initial_delay_seconds()));
    launch->set_period_ns(ToNs(probe.period_seconds()));
    launch->set_timeout_ns(ToNs(probe.timeout_seconds()));
    launch->set_success_threshold(probe.success_threshold());
    launch->set_failure_threshold(probe.failure_threshold());
    launch->set_termination_grace_ns(
        ToNs(probe.termination_grace_period_seconds()));
  }

  void Set(const v1::LifecycleHandler& hook, absl::string_view field,
           v1::LaunchHook* launch) {
    CheckHandlers(hook.has_exec() + hook.has_http_get() +
                      hook.has_tcp_socket() + hook.has_sleep(),
                  field);
    if (hook.has_exec()) {
      *launch->mutable_exec()->mutable_command() = hook.exec().command();
    } else if (hook.has_http_get()) {
      Http(hook.http_get(), field, launch->mutable_http());
    } else if (hook.has_sleep()) {
      launch->set_sleep_ns(ToNs(hook.sleep().seconds()));
    } else if (hook.has_tcp_socket()) {
      // Kubernetes accepts it, and then it always fails.
      Refuse(field, "a hook by TCP");
    }
  }

  void Refuse(absl::string_view field, absl::string_view what) {
    diagnostics_
        .Error("not-supported", subject_, absl::StrCat(path_, ".", field),
               absl::StrCat("the launcher can't do ", what,
                            ", and kubelet can't know when the sidecar's task "
                            "runs"))
        .set_hint("use an exec check");
  }

 private:
  // Kubernetes refuses a Pod that has another number of them
  // (pkg/apis/core/validation/validation.go, validateHandler).
  void CheckHandlers(int count, absl::string_view field) {
    if (count == 1) return;
    diagnostics_
        .Error(count == 0 ? "one-of-none" : "one-of-many", subject_,
               absl::StrCat(path_, ".", field),
               count == 0 ? "there is nothing to do for it"
                          : "there are several things to do for it, of which "
                            "Kubernetes takes one only")
        .set_hint("give one of exec, httpGet and the others");
  }

  void Http(const v1::HTTPGetAction& http, absl::string_view field,
            v1::HttpCheck* check) {
    if (http.scheme() == "HTTPS") Refuse(field, "a check over TLS");
    check->set_host(http.host());
    check->set_path(http.path());
    check->set_port(PortOf(http.port(), field));
    for (const v1::HTTPHeader& header : http.http_headers()) {
      v1::LaunchEnvVar* h = check->add_headers();
      h->set_name(header.name());
      h->set_value(header.value());
    }
  }

  int32_t PortOf(const v1::IntOrString& port, absl::string_view field) {
    if (port.has_int_value()) return port.int_value();
    for (const v1::ContainerPort& p : sidecar_.ports()) {
      if (!p.name().empty() && p.name() == port.string_value()) {
        return p.container_port();
      }
    }
    int32_t number = 0;
    if (absl::SimpleAtoi(port.string_value(), &number)) return number;
    diagnostics_.Error("unknown-port", subject_,
                       absl::StrCat(path_, ".", field),
                       absl::StrCat("the sidecar has no port named \"",
                                    port.string_value(), "\""));
    return 0;
  }

  const v1::Sidecar& sidecar_;
  const Subject& subject_;
  const std::string& path_;
  DiagnosticList& diagnostics_;
};

}  // namespace

void SetProbes(const v1::Sidecar& sidecar, const Subject& subject,
               const std::string& path, v1::LaunchContainer* container,
               DiagnosticList* diagnostics) {
  Prober prober(sidecar, subject, path, diagnostics);
  if (sidecar.has_startup_probe()) {
    prober.Set(sidecar.startup_probe(), "startupProbe",
               container->mutable_startup());
  }
  if (sidecar.has_readiness_probe()) {
    prober.Set(sidecar.readiness_probe(), "readinessProbe",
               container->mutable_ready());
  }
  if (sidecar.has_liveness_probe()) {
    prober.Set(sidecar.liveness_probe(), "livenessProbe",
               container->mutable_live());
  }
  const v1::Lifecycle& lifecycle = sidecar.lifecycle();
  if (lifecycle.has_post_start()) {
    prober.Set(lifecycle.post_start(), "lifecycle.postStart",
               container->mutable_post_start());
  }
  if (lifecycle.has_pre_stop()) {
    prober.Set(lifecycle.pre_stop(), "lifecycle.preStop",
               container->mutable_pre_stop());
  }
  if (!lifecycle.stop_signal().empty()) {
    prober.Refuse("lifecycle.stopSignal", "a signal other than SIGTERM");
  }
}

}  // namespace colocation
