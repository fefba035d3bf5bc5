#include "colocation/plan/probes.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "colocation/decode/decode.h"
#include "colocation/v1/diagnostics.pb.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

// `sidecar` as JSON; what the launcher is told, or the errors.
std::string Told(const std::string& sidecar) {
  v1::Sidecar decoded;
  DiagnosticList diagnostics;
  DecodeMessage("sidecar", sidecar, {}, &decoded, &diagnostics);
  EXPECT_FALSE(diagnostics.has_errors()) << sidecar;
  v1::LaunchContainer container;
  SetProbes(decoded, Subject(), "sidecars[0]", &container, &diagnostics);
  std::string text = container.ShortDebugString();
  const v1::Diagnostics sorted = diagnostics.Sorted();
  for (const v1::Diagnostic& d : sorted.diagnostics()) {
    text = absl::StrCat(d.code(), " at ", d.path());
  }
  return text;
}

struct ProbeCase {
  const char* name;
  const char* sidecar;
  const char* told;
};

class ProbesTest : public ::testing::TestWithParam<ProbeCase> {};

TEST_P(ProbesTest, AreTheLaunchers) {
  EXPECT_EQ(Told(GetParam().sidecar), GetParam().told);
}

INSTANTIATE_TEST_SUITE_P(
    , ProbesTest,
    ::testing::Values(
        ProbeCase{"None", "{}", ""},
        ProbeCase{"TimesInNanoseconds",
                  R"({"readinessProbe": {"exec": {"command": ["ok"]},
                      "initialDelaySeconds": 1, "periodSeconds": 2,
                      "timeoutSeconds": 3, "successThreshold": 4,
                      "failureThreshold": 5}})",
                  "ready { exec { command: \"ok\" } initial_delay_ns: "
                  "1000000000 period_ns: 2000000000 timeout_ns: 3000000000 "
                  "success_threshold: 4 failure_threshold: 5 }"},
        ProbeCase{"TimesLongerThan64BitsHold",
                  R"({"livenessProbe": {"exec": {"command": ["ok"]},
                      "terminationGracePeriodSeconds": 9223372036854775807},
                      "lifecycle": {"preStop": {"sleep": {"seconds":
                      9223372037}}}})",
                  "live { exec { command: \"ok\" } termination_grace_ns: "
                  "9223372036000000000 } pre_stop { sleep_ns: "
                  "9223372036000000000 }"},
        ProbeCase{"EachProbeForItself",
                  R"({"readinessProbe": {"exec": {"command": ["r"]}},
                      "startupProbe": {"exec": {"command": ["s"]}}})",
                  "ready { exec { command: \"r\" } } startup { exec { "
                  "command: \"s\" } }"},
        ProbeCase{"SeveralThingsToDoAreRefused",
                  R"({"startupProbe": {"exec": {"command": ["s"]},
                      "httpGet": {"port": 1}}})",
                  "one-of-many at sidecars[0].startupProbe"},
        ProbeCase{"NothingToDoIsRefused", R"({"lifecycle": {"postStart": {}}})",
                  "one-of-none at sidecars[0].lifecycle.postStart"},
        ProbeCase{"APortByItsName",
                  R"({"ports": [{"name": "web", "containerPort": 80}],
                      "livenessProbe": {"httpGet": {"port": "web",
                        "path": "/x", "host": "h",
                        "httpHeaders": [{"name": "a", "value": "b"}]}}})",
                  "live { http { host: \"h\" port: 80 path: \"/x\" headers { "
                  "name: \"a\" value: \"b\" } } }"},
        ProbeCase{"APortByItsNumberAsText",
                  R"({"livenessProbe": {"tcpSocket": {"port": "81"}}})",
                  "live { tcp { port: 81 } }"},
        ProbeCase{"APortThatIsNotThere",
                  R"({"livenessProbe": {"tcpSocket": {"port": "web"}}})",
                  "unknown-port at sidecars[0].livenessProbe"},
        ProbeCase{"AHookAfterTheStart",
                  R"({"lifecycle": {"postStart": {"exec":
                      {"command": ["a", "b"]}}}})",
                  "post_start { exec { command: \"a\" command: \"b\" } }"},
        ProbeCase{"Tls",
                  R"({"readinessProbe": {"httpGet":
                      {"port": 1, "scheme": "HTTPS"}}})",
                  "not-supported at sidecars[0].readinessProbe"},
        ProbeCase{"Grpc",
                  R"({"startupProbe": {"grpc": {"port": 1, "service": "s"}}})",
                  "startup { grpc { port: 1 service: \"s\" } }"},
        ProbeCase{"AHookThatSleeps",
                  R"({"lifecycle": {"postStart": {"sleep": {"seconds": 1}}}})",
                  "post_start { sleep_ns: 1000000000 }"},
        ProbeCase{"OtherHooks",
                  R"({"lifecycle": {"postStart": {"tcpSocket": {"port": 1}}}})",
                  "not-supported at sidecars[0].lifecycle.postStart"},
        ProbeCase{"AHookBeforeItStops",
                  R"({"lifecycle": {"preStop": {"exec": {"command": ["c"]}}}})",
                  "pre_stop { exec { command: \"c\" } }"}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace colocation
