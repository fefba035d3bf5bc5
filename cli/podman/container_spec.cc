#include "cli/podman/container_spec.h"

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace colocation::podman {
namespace {

constexpr absl::string_view kDefaultTerminationMessagePath =
    "/dev/termination-log";

// Collects the findings of CheckRunnable.
class Findings {
 public:
  Findings(const v1::Pod& pod, DiagnosticList* list)
      : subject_{pod.origin(), "Pod", pod.metadata().name()}, list_(list) {}

  void Refuse(bool found, std::string path, absl::string_view why) {
    if (found) {
      list_->Error("not-runnable-here", subject_, std::move(path),
                   std::string(why));
    }
  }

  void Ignore(bool found, std::string path, absl::string_view why) {
    if (found) {
      list_->Warning("ignored-here", subject_, std::move(path),
                     std::string(why));
    }
  }

 private:
  Subject subject_;
  DiagnosticList* list_;
};

void CheckVolume(const v1::Volume& volume, const std::string& path,
                 Findings* findings) {
  const bool supported = volume.has_empty_dir() || volume.has_host_path() ||
                         volume.has_config_map() || volume.has_secret() ||
                         volume.has_downward_api() || volume.has_projected() ||
                         volume.has_persistent_volume_claim();
  findings->Refuse(!supported, path,
                   absl::StrCat("this kind of volume can't be had here: \"",
                                volume.name(), "\""));
  const std::string& medium = volume.empty_dir().medium();
  findings->Refuse(!medium.empty() && medium != "Memory",
                   absl::StrCat(path, ".emptyDir.medium"),
                   absl::StrCat("there is no medium \"", medium, "\" here"));
  findings->Ignore(volume.empty_dir().has_size_limit(),
                   absl::StrCat(path, ".emptyDir.sizeLimit"),
                   "the size is not limited here");
}

void CheckContainer(const v1::Container& container, const std::string& path,
                    bool init, Findings* findings) {
  findings->Refuse(!container.has_image(), absl::StrCat(path, ".image"),
                   "a container needs an image");
  findings->Refuse(
      container.has_restart_policy() && container.restart_policy() != "Never",
      absl::StrCat(path, ".restartPolicy"),
      init ? "init containers that go on running are not supported here"
           : "containers are not restarted here");
  findings->Refuse(container.volume_devices_size() > 0,
                   absl::StrCat(path, ".volumeDevices"),
                   "block devices can't be had here");
  constexpr absl::string_view kNoProbe = "no probes are made here";
  findings->Ignore(container.has_liveness_probe(),
                   absl::StrCat(path, ".livenessProbe"), kNoProbe);
  findings->Ignore(container.has_readiness_probe(),
                   absl::StrCat(path, ".readinessProbe"), kNoProbe);
  findings->Ignore(container.has_startup_probe(),
                   absl::StrCat(path, ".startupProbe"), kNoProbe);
  findings->Ignore(container.has_lifecycle(), absl::StrCat(path, ".lifecycle"),
                   "hooks are not run here");
  const v1::SecurityContext& security = container.security_context();
  const std::string below = absl::StrCat(path, ".securityContext");
  findings->Ignore(security.has_se_linux_options(),
                   absl::StrCat(below, ".seLinuxOptions"), "not applied here");
  findings->Ignore(security.has_app_armor_profile(),
                   absl::StrCat(below, ".appArmorProfile"), "not applied here");
  findings->Ignore(
      security.has_proc_mount() && security.proc_mount() != "Default",
      absl::StrCat(below, ".procMount"), "not applied here");
  findings->Refuse(security.seccomp_profile().type() == "Localhost",
                   absl::StrCat(below, ".seccompProfile"),
                   "profiles of a node can't be had here");
  findings->Refuse(security.has_windows_options(),
                   absl::StrCat(below, ".windowsOptions"),
                   "this is no Windows");
}

// The container's own setting, or else the Pod's.
template <typename Value>
bool RunAs(bool own, Value own_value, bool pods, Value pods_value,
           Value* value) {
  *value = own ? own_value : pods_value;
  return own || pods;
}

std::vector<std::string> MountOptions(const v1::VolumeMount& mount) {
  std::vector<std::string> options = {"rbind", mount.read_only() ? "ro" : "rw"};
  if (mount.mount_propagation() == "HostToContainer") {
    options.push_back("rslave");
  } else if (mount.mount_propagation() == "Bidirectional") {
    options.push_back("rshared");
  } else {
    options.push_back("rprivate");
  }
  return options;
}

absl::Status AddMounts(const v1::Container& container,
                       const Variables& variables, MountSource source,
                       absl::string_view termination_message,
                       api::ContainerCreate* spec) {
  for (int i = 0; i < container.volume_mounts_size(); ++i) {
    const v1::VolumeMount& mount = container.volume_mounts(i);
    std::string sub_path = mount.sub_path();
    if (mount.has_sub_path_expr()) {
      const std::vector<std::string> unknown =
          UnknownReferences(mount.sub_path_expr(), variables);
      if (!unknown.empty()) {
        return absl::InvalidArgumentError(
            absl::StrCat("volumeMounts[", i, "].subPathExpr: no variable \"",
                         unknown.front(), "\""));
      }
      sub_path = Expand(mount.sub_path_expr(), variables);
    }
    absl::StatusOr<std::string> directory = source(mount.name(), sub_path);
    if (!directory.ok()) {
      return absl::Status(directory.status().code(),
                          absl::StrCat("volumeMounts[", i,
                                       "]: ", directory.status().message()));
    }
    api::Mount* added = spec->add_mounts();
    added->set_type("bind");
    added->set_source(*std::move(directory));
    // Kubernetes takes a relative path as one below the root.
    added->set_destination(absl::StartsWith(mount.mount_path(), "/")
                               ? mount.mount_path()
                               : absl::StrCat("/", mount.mount_path()));
    for (std::string& option : MountOptions(mount)) {
      added->add_options(std::move(option));
    }
  }
  api::Mount* message = spec->add_mounts();
  message->set_type("bind");
  message->set_source(std::string(termination_message));
  message->set_destination(container.has_termination_message_path()
                               ? container.termination_message_path()
                               : std::string(kDefaultTerminationMessagePath));
  for (const char* option : {"rbind", "rw", "rprivate"}) {
    message->add_options(option);
  }
  return absl::OkStatus();
}

// Kubernetes writes NET_ADMIN or CAP_NET_ADMIN; podman's API wants the latter.
std::string CapabilityName(absl::string_view name) {
  std::string upper = absl::AsciiStrToUpper(name);
  if (upper == "ALL" || absl::StartsWith(upper, "CAP_")) return upper;
  return absl::StrCat("CAP_", upper);
}

void SetSecurity(const v1::Pod& pod, const v1::Container& container,
                 api::ContainerCreate* spec) {
  const v1::PodSecurityContext& pods = pod.spec().security_context();
  const v1::SecurityContext& own = container.security_context();
  int64_t user = 0;
  int64_t group = 0;
  const bool has_user =
      RunAs(own.has_run_as_user(), own.run_as_user(), pods.has_run_as_user(),
            pods.run_as_user(), &user);
  const bool has_group =
      RunAs(own.has_run_as_group(), own.run_as_group(), pods.has_run_as_group(),
            pods.run_as_group(), &group);
  // A group without a user is refused by the API server unless the image says
  // who; podman takes "UID:GID" only.
  if (has_user) spec->set_user(absl::StrCat(user));
  if (has_group) spec->set_user(absl::StrCat(user, ":", group));
  for (const int64_t id : pods.supplemental_groups()) {
    spec->add_groups(absl::StrCat(id));
  }
  if (pods.has_fs_group()) spec->add_groups(absl::StrCat(pods.fs_group()));

  spec->set_privileged(own.privileged());
  spec->set_read_only_filesystem(own.read_only_root_filesystem());
  spec->set_no_new_privileges(own.has_allow_privilege_escalation() &&
                              !own.allow_privilege_escalation());
  for (const std::string& name : own.capabilities().add()) {
    spec->add_cap_add(CapabilityName(name));
  }
  for (const std::string& name : own.capabilities().drop()) {
    spec->add_cap_drop(CapabilityName(name));
  }
  const v1::SeccompProfile& seccomp = own.has_seccomp_profile()
                                          ? own.seccomp_profile()
                                          : pods.seccomp_profile();
  if (seccomp.type() == "Unconfined") {
    spec->set_seccomp_profile_path("unconfined");
  }
}

}  // namespace

void CheckRunnable(const v1::Pod& pod, DiagnosticList* diagnostics) {
  Findings findings(pod, diagnostics);
  const v1::PodSpec& spec = pod.spec();
  findings.Refuse(spec.restart_policy() != "Never", "spec.restartPolicy",
                  "only \"Never\" is supported here");
  findings.Refuse(spec.containers().empty(), "spec.containers",
                  "a Pod needs a container");
  findings.Refuse(spec.ephemeral_containers_size() > 0,
                  "spec.ephemeralContainers", "not supported here");
  findings.Refuse(spec.host_pid(), "spec.hostPID", "not supported here");
  findings.Refuse(spec.host_ipc(), "spec.hostIPC", "not supported here");
  findings.Refuse(spec.has_os() && spec.os().name() != "linux", "spec.os",
                  "only \"linux\" is supported here");
  findings.Refuse(spec.resource_claims_size() > 0, "spec.resourceClaims",
                  "devices can't be claimed here");
  findings.Refuse(
      spec.security_context().seccomp_profile().type() == "Localhost",
      "spec.securityContext.seccompProfile",
      "profiles of a node can't be had here");
  findings.Ignore(spec.security_context().sysctls_size() > 0,
                  "spec.securityContext.sysctls", "not set here");
  findings.Ignore(spec.has_dns_config(), "spec.dnsConfig", "not applied here");
  for (int i = 0; i < spec.volumes_size(); ++i) {
    CheckVolume(spec.volumes(i), absl::StrCat("spec.volumes[", i, "]"),
                &findings);
  }
  for (int i = 0; i < spec.init_containers_size(); ++i) {
    CheckContainer(spec.init_containers(i),
                   absl::StrCat("spec.initContainers[", i, "]"), true,
                   &findings);
  }
  for (int i = 0; i < spec.containers_size(); ++i) {
    CheckContainer(spec.containers(i), absl::StrCat("spec.containers[", i, "]"),
                   false, &findings);
  }
}

absl::StatusOr<api::ContainerCreate> ContainerSpec(
    const v1::Pod& pod, const v1::Container& container,
    const Variables& variables, MountSource source,
    absl::string_view termination_message) {
  api::ContainerCreate spec;
  spec.set_image(container.image());
  for (const std::string& word : container.command()) {
    spec.add_entrypoint(Expand(word, variables));
  }
  for (const std::string& word : container.args()) {
    spec.add_command(Expand(word, variables));
  }
  spec.mutable_env()->insert(variables.begin(), variables.end());
  if (container.has_working_dir()) {
    spec.set_work_dir(container.working_dir());
    spec.set_create_working_dir(true);
  }
  spec.set_terminal(container.tty());
  spec.set_stdin(container.stdin());
  spec.set_systemd("false");
  SetSecurity(pod, container, &spec);
  if (absl::Status status =
          AddMounts(container, variables, source, termination_message, &spec);
      !status.ok()) {
    return status;
  }
  return spec;
}

api::PodCreate PodSpec(const v1::Pod& pod, absl::string_view network) {
  api::PodCreate spec;
  const bool host = pod.spec().host_network();
  spec.mutable_netns()->set_nsmode(host ? "host" : std::string(network));
  if (!host) {
    spec.set_hostname(pod.spec().has_hostname() ? pod.spec().hostname()
                                                : pod.metadata().name());
  }
  for (const char* name : {"ipc", "net", "uts"}) {
    spec.add_shared_namespaces(name);
  }
  if (pod.spec().share_process_namespace()) spec.add_shared_namespaces("pid");
  for (const v1::HostAlias& alias : pod.spec().host_aliases()) {
    for (const std::string& hostname : alias.hostnames()) {
      spec.add_hostadd(absl::StrCat(hostname, ":", alias.ip()));
    }
  }
  return spec;
}

}  // namespace colocation::podman
