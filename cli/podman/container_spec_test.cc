#include "cli/podman/container_spec.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace colocation::podman {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

v1::Pod PodOf(const std::string& text) {
  v1::Pod pod;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &pod));
  return pod;
}

// "error|warning PATH" of each finding.
std::vector<std::string> Findings(const std::string& spec) {
  v1::Pod pod = PodOf("spec { " + spec + " }");
  if (!pod.spec().has_restart_policy()) {
    pod.mutable_spec()->set_restart_policy("Never");
  }
  if (pod.spec().containers().empty()) {
    v1::Container* container = pod.mutable_spec()->add_containers();
    container->set_name("main");
    container->set_image("image");
  }
  DiagnosticList list;
  CheckRunnable(pod, &list);
  std::vector<std::string> result;
  const v1::Diagnostics findings = list.Sorted();
  for (const v1::Diagnostic& one : findings.diagnostics()) {
    const bool error = one.severity() == v1::SEVERITY_ERROR;
    EXPECT_EQ(one.code(), error ? "not-runnable-here" : "ignored-here");
    result.push_back(absl::StrCat(error ? "error " : "warning ", one.path()));
  }
  return result;
}

TEST(CheckRunnableTest, ACommonPodIsRunnable) {
  EXPECT_THAT(Findings(R"pb(
                volumes {
                  name: "a"
                  empty_dir {}
                }
                volumes {
                  name: "b"
                  empty_dir { medium: "Memory" }
                }
                volumes {
                  name: "c"
                  config_map { name: "x" }
                }
                volumes {
                  name: "d"
                  projected {}
                }
                volumes {
                  name: "e"
                  host_path { path: "/" }
                }
                volumes {
                  name: "f"
                  persistent_volume_claim { claim_name: "x" }
                }
                service_account_name: "default"
                node_selector { key: "disk" value: "ssd" }
                containers {
                  name: "main"
                  image: "image"
                  resources { limits { key: "cpu" value: "1" } }
                }
              )pb"),
              IsEmpty());
}

struct FindingCase {
  const char* name;
  const char* spec;
  const char* finding;
};

class FindingTest : public testing::TestWithParam<FindingCase> {};

TEST_P(FindingTest, IsFound) {
  EXPECT_THAT(Findings(GetParam().spec), ElementsAre(GetParam().finding));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, FindingTest,
    testing::ValuesIn<FindingCase>({
        {"Restart", R"pb(restart_policy: "OnFailure")pb",
         "error spec.restartPolicy"},
        {"HostPid", R"pb(host_pid: true)pb", "error spec.hostPID"},
        {"HostIpc", R"pb(host_ipc: true)pb", "error spec.hostIPC"},
        {"Windows", R"pb(os { name: "windows" })pb", "error spec.os"},
        {"Claims", R"pb(resource_claims { name: "gpu" })pb",
         "error spec.resourceClaims"},
        {"Ephemeral", R"pb(ephemeral_containers { name: "debug" })pb",
         "error spec.ephemeralContainers"},
        {"Nfs", R"pb(volumes {
                       name: "a"
                       empty_dir {}
                     }
                     volumes {
                       name: "b"
                       nfs {}
                     })pb",
         "error spec.volumes[1]"},
        {"HugePages", R"pb(volumes {
                             name: "a"
                             empty_dir { medium: "HugePages" }
                           })pb",
         "error spec.volumes[0].emptyDir.medium"},
        {"SizeLimit", R"pb(volumes {
                             name: "a"
                             empty_dir { size_limit: "1Gi" }
                           })pb",
         "warning spec.volumes[0].emptyDir.sizeLimit"},
        {"NativeSidecar", R"pb(init_containers {
                                 name: "a"
                                 image: "i"
                                 restart_policy: "Always"
                               })pb",
         "error spec.initContainers[0].restartPolicy"},
        {"NoImage", R"pb(containers { name: "a" })pb",
         "error spec.containers[0].image"},
        {"Probe", R"pb(containers {
                         name: "a"
                         image: "i"
                         liveness_probe {}
                       })pb",
         "warning spec.containers[0].livenessProbe"},
        {"Hook", R"pb(containers {
                        name: "a"
                        image: "i"
                        lifecycle {}
                      })pb",
         "warning spec.containers[0].lifecycle"},
        {"BlockDevice", R"pb(containers {
                               name: "a"
                               image: "i"
                               volume_devices { name: "d" }
                             })pb",
         "error spec.containers[0].volumeDevices"},
        {"SeccompFile",
         R"pb(containers {
                name: "a"
                image: "i"
                security_context { seccomp_profile { type: "Localhost" } }
              })pb",
         "error spec.containers[0].securityContext.seccompProfile"},
        {"Dns", R"pb(dns_config {})pb", "warning spec.dnsConfig"},
        {"Sysctls", R"pb(security_context { sysctls { name: "a" } })pb",
         "warning spec.securityContext.sysctls"},
    }),
    [](const auto& info) { return info.param.name; });

TEST(CheckRunnableTest, EverythingIsFoundAtOnce) {
  EXPECT_THAT(Findings(R"pb(restart_policy: "Always" host_pid: true)pb"),
              ElementsAre("error spec.hostPID", "error spec.restartPolicy"));
}

// The text of what podman would be asked for.
std::string SpecOf(const std::string& container_text,
                   const std::string& pod_text = "") {
  v1::Pod pod = PodOf(pod_text);
  v1::Container container;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(container_text,
                                                            &container));
  const absl::StatusOr<api::ContainerCreate> spec = ContainerSpec(
      pod, container, {{"HOME", "/home"}},
      [](absl::string_view volume,
         absl::string_view sub_path) -> absl::StatusOr<std::string> {
        if (volume != "data") return absl::NotFoundError("no such volume");
        return absl::StrCat("/volumes/data/", sub_path);
      },
      "/message");
  if (!spec.ok()) return std::string(spec.status().message());
  api::ContainerCreate shown = *spec;
  // The same for all; the last mount is the termination message's.
  EXPECT_EQ(shown.systemd(), "false");
  shown.clear_systemd();
  shown.clear_env();
  shown.mutable_mounts()->RemoveLast();
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  std::string text;
  printer.PrintToString(shown, &text);
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

struct SpecCase {
  const char* name;
  const char* container;
  const char* pod;
  const char* expected;
};

class ContainerSpecTest : public testing::TestWithParam<SpecCase> {};

TEST_P(ContainerSpecTest, AsksFor) {
  EXPECT_EQ(SpecOf(GetParam().container, GetParam().pod), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, ContainerSpecTest,
    testing::ValuesIn<SpecCase>({
        {"Nothing", "", "", ""},
        {"CommandIsTheEntrypoint",
         R"pb(command: "sh" command: "-c" args: "echo $(HOME) $(X)")pb", "",
         R"x(entrypoint: "sh" entrypoint: "-c" command: "echo /home $(X)")x"},
        {"WorkingDirectoryIsMade", R"pb(working_dir: "/src")pb", "",
         R"(work_dir: "/src" create_working_dir: true)"},
        {"ReadOnlyMount",
         R"pb(volume_mounts {
                name: "data"
                mount_path: "/data"
                read_only: true
                sub_path: "a/b"
              })pb",
         "",
         R"(mounts { type: "bind" source: "/volumes/data/a/b" )"
         R"(destination: "/data" options: "rbind" options: "ro" )"
         R"(options: "rprivate" })"},
        {"ExpandedSubPathAndPropagation",
         R"pb(volume_mounts {
                name: "data"
                mount_path: "data"
                sub_path_expr: "x$(HOME)"
                mount_propagation: "HostToContainer"
              })pb",
         "",
         R"(mounts { type: "bind" source: "/volumes/data/x/home" )"
         R"(destination: "/data" options: "rbind" options: "rw" )"
         R"(options: "rslave" })"},
        {"UnknownVariableInSubPath",
         R"pb(volume_mounts { name: "data" sub_path_expr: "$(X)" })pb", "",
         R"(volumeMounts[0].subPathExpr: no variable "X")"},
        {"UnknownVolume", R"pb(volume_mounts { name: "none" })pb", "",
         "volumeMounts[0]: no such volume"},
        {"UserOfThePod", "",
         R"pb(spec {
                security_context {
                  run_as_user: 1
                  run_as_group: 2
                  supplemental_groups: 3
                  fs_group: 4
                }
              })pb",
         R"(user: "1:2" groups: "3" groups: "4")"},
        {"UserOfTheContainerGoesFirst",
         R"pb(security_context { run_as_user: 5 })pb",
         R"pb(spec { security_context { run_as_user: 1 run_as_group: 2 } })pb",
         R"(user: "5:2")"},
        {"UserZeroIsAUser", R"pb(security_context { run_as_user: 0 })pb",
         R"pb(spec { security_context { run_as_user: 1 } })pb", R"(user: "0")"},
        {"Capabilities",
         R"pb(security_context {
                capabilities { add: "net_admin" add: "CAP_CHOWN" drop: "ALL" }
              })pb",
         "",
         R"(cap_add: "CAP_NET_ADMIN" cap_add: "CAP_CHOWN" cap_drop: "ALL")"},
        {"Privileges",
         R"pb(security_context {
                privileged: true
                read_only_root_filesystem: true
                allow_privilege_escalation: false
                seccomp_profile { type: "Unconfined" }
              })pb",
         "",
         R"(privileged: true read_only_filesystem: true )"
         R"(no_new_privileges: true seccomp_profile_path: "unconfined")"},
        {"Terminal", R"pb(tty: true stdin: true)pb", "",
         "terminal: true stdin: true"},
    }),
    [](const auto& info) { return info.param.name; });

TEST(TerminationMessageTest, IsMountedWhereItIsAskedFor) {
  v1::Container container;
  const auto no_volume = [](absl::string_view,
                            absl::string_view) -> absl::StatusOr<std::string> {
    return absl::NotFoundError("");
  };
  absl::StatusOr<api::ContainerCreate> spec =
      ContainerSpec(v1::Pod(), container, {}, no_volume, "/message");
  ASSERT_TRUE(spec.ok());
  EXPECT_EQ(spec->mounts(0).source(), "/message");
  EXPECT_EQ(spec->mounts(0).destination(), "/dev/termination-log");
  container.set_termination_message_path("/tekton/termination");
  spec = ContainerSpec(v1::Pod(), container, {}, no_volume, "/message");
  ASSERT_TRUE(spec.ok());
  EXPECT_EQ(spec->mounts(0).destination(), "/tekton/termination");
}

std::string PodSpecText(const std::string& pod) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  std::string text;
  printer.PrintToString(PodSpec(PodOf(pod), "none"), &text);
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

TEST(PodSpecTest, SharesNetworkIpcAndHostName) {
  EXPECT_EQ(PodSpecText(R"pb(metadata { name: "shop" })pb"),
            R"(hostname: "shop" netns { nsmode: "none" } )"
            R"(shared_namespaces: "ipc" shared_namespaces: "net" )"
            R"(shared_namespaces: "uts")");
}

TEST(PodSpecTest, HostNetworkKeepsTheHostsName) {
  EXPECT_EQ(PodSpecText(R"pb(metadata { name: "shop" }
                             spec {
                               host_network: true
                               share_process_namespace: true
                               host_aliases { ip: "10.0.0.1" hostnames: "db" }
                             })pb"),
            R"(netns { nsmode: "host" } )"
            R"(shared_namespaces: "ipc" shared_namespaces: "net" )"
            R"(shared_namespaces: "uts" shared_namespaces: "pid" )"
            R"(hostadd: "db:10.0.0.1")");
}

}  // namespace
}  // namespace colocation::podman
