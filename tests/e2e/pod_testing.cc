#include "tests/e2e/pod_testing.h"

#include <sys/mount.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/podman/subprocess.h"
#include "colocation/decode/decode.h"
#include "colocation/diagnostics/diagnostics.h"

namespace colocation {
namespace {

namespace fs = std::filesystem;

// include/uapi/linux/capability.h
constexpr int kCapSysAdmin = 21;

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

bool InPath(const std::string& program) {
  const char* path = getenv("PATH");
  for (absl::string_view directory :
       absl::StrSplit(path == nullptr ? "" : path, ':')) {
    if (access(absl::StrCat(directory, "/", program).c_str(), X_OK) == 0) {
      return true;
    }
  }
  return false;
}

bool HasCapability(int number) {
  for (absl::string_view line :
       absl::StrSplit(ReadFile("/proc/self/status"), '\n')) {
    uint64_t capabilities = 0;
    if (absl::ConsumePrefix(&line, "CapEff:\t") &&
        absl::SimpleHexAtoi(line, &capabilities)) {
      return (capabilities >> number & 1) != 0;
    }
  }
  return false;
}

// Why no container can run here whatever podman does; empty where one can.
std::string Obstacle() {
  if (!InPath("podman")) return "podman is not installed";
  if (!InPath("busybox")) return "busybox is not installed (busybox-static)";
  if (geteuid() == 0 && !HasCapability(kCapSysAdmin)) {
    return "root without CAP_SYS_ADMIN can't make containers";
  }
  if (geteuid() != 0 && !InPath("newuidmap")) {
    return "a user without newuidmap can't make containers (uidmap)";
  }
  return "";
}

// Of the test program; made for the first suite, removed after each.
struct Storage {
  std::string root;
  std::string obstacle;
};

Storage& storage() {
  static Storage& instance = *new Storage;
  return instance;
}

std::vector<std::string> PodmanCommand() {
  return {"podman",
          "--root",
          absl::StrCat(storage().root, "/storage"),
          "--runroot",
          absl::StrCat(storage().root, "/run"),
          "--tmpdir",
          absl::StrCat(storage().root, "/tmp")};
}

std::string Output(std::vector<std::string> argv) {
  const std::string path = absl::StrCat(storage().root, "/output");
  podman::ProcessOptions options;
  options.argv = std::move(argv);
  options.output_path = path;
  absl::StatusOr<podman::Subprocess> process =
      podman::Subprocess::Start(options);
  EXPECT_TRUE(process.ok()) << process.status();
  const int exit_code = process.ok() ? process->Wait() : -1;
  std::string output = ReadFile(path);
  fs::remove(path);
  EXPECT_EQ(exit_code, 0) << output;
  return output;
}

podman::LocalImage BusyboxImage() {
  podman::LocalImage image;
  image.name = PodTest::kBusybox;
  for (const char* directory : {"bin/", "etc/", "home/", "root/"}) {
    image.files.push_back({directory, "", 0755, ""});
  }
  image.files.push_back({"tmp/", "", 01777, ""});
  image.files.push_back({"etc/passwd",
                         "root:x:0:0:root:/root:/bin/sh\n"
                         "user:x:1000:1000:user:/home:/bin/sh\n",
                         0644, ""});
  image.files.push_back({"etc/group", "root:x:0:\nuser:x:1000:\n", 0644, ""});
  const std::string path =
      absl::StrCat("/bin/", InPath("busybox") ? "busybox" : "");
  image.files.push_back({"bin/busybox", ReadFile(path), 0755, ""});
  for (absl::string_view applet :
       absl::StrSplit(Output({"busybox", "--list"}), '\n', absl::SkipEmpty())) {
    if (applet == "busybox") continue;
    image.files.push_back({absl::StrCat("bin/", applet), "", 0777, "busybox"});
  }
  return image;
}

// Built once: reading the applets takes a process.
const podman::LocalImage& Busybox() {
  static const podman::LocalImage& image =
      *new podman::LocalImage(BusyboxImage());
  return image;
}

}  // namespace

std::string PodResult::LogOf(absl::string_view container) const {
  std::string text;
  for (const auto& [name, line] : log) {
    if (name == container) absl::StrAppend(&text, line, "\n");
  }
  return text;
}

v1::ContainerStateTerminated PodResult::EndOf(
    absl::string_view container) const {
  if (!status.ok()) return {};
  for (const auto* list :
       {&status->init_container_statuses(), &status->container_statuses()}) {
    for (const v1::ContainerStatus& one : *list) {
      if (one.name() == container) return one.state().terminated();
    }
  }
  return {};
}

void PodTest::SetUpTestSuite() {
  storage().obstacle = Obstacle();
  // Short, as some of podman's own socket paths lead through it.
  std::string root = "/tmp/colocation-e2e-XXXXXX";
  ASSERT_NE(mkdtemp(root.data()), nullptr);
  storage().root = root;
  for (const char* name : {"storage", "run", "tmp", "pods"}) {
    fs::create_directory(absl::StrCat(root, "/", name));
  }
}

void PodTest::TearDownTestSuite() {
  const std::string& root = storage().root;
  // podman leaves its storage mounted on itself.
  umount2(absl::StrCat(root, "/storage/overlay").c_str(), MNT_DETACH);
  std::error_code error;
  fs::remove_all(root, error);
  if (error) std::cerr << root << ": " << error.message() << "\n";
}

void PodTest::SetUp() {
  if (!storage().obstacle.empty()) {
    GTEST_SKIP() << "no Pod can run here: " << storage().obstacle;
  }
}

void PodTest::TearDown() {
  if (IsSkipped()) return;
  EXPECT_EQ(PodmanOutput({"pod", "ps", "--quiet"}), "");
  EXPECT_EQ(PodmanOutput({"ps", "--all", "--quiet"}), "");
  EXPECT_EQ(PodmanOutput({"volume", "ls", "--quiet"}), "");
  for (const auto& entry :
       fs::directory_iterator(absl::StrCat(storage().root, "/pods"))) {
    ADD_FAILURE() << "left behind: " << entry.path();
  }
}

std::string PodTest::PodmanOutput(std::vector<std::string> arguments) {
  std::vector<std::string> argv = PodmanCommand();
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return Output(std::move(argv));
}

void PodTest::RemoveKept() {
  PodmanOutput({"pod", "rm", "--all", "--force"});
  for (const auto& entry :
       fs::directory_iterator(absl::StrCat(storage().root, "/pods"))) {
    fs::remove_all(entry.path());
  }
}

podman::RunOptions PodTest::Options() const {
  podman::RunOptions options;
  options.podman = PodmanCommand();
  options.images = {Busybox()};
  options.directory = absl::StrCat(storage().root, "/pods");
  return options;
}

v1::Pod PodTest::Parse(absl::string_view yaml) {
  v1::Pod pod;
  DiagnosticList diagnostics;
  DecodeMessage("pod.yaml", yaml, DecodeOptions(), &pod, &diagnostics);
  const v1::Diagnostics findings = diagnostics.Sorted();
  for (const v1::Diagnostic& diagnostic : findings.diagnostics()) {
    ADD_FAILURE() << ToDisplayString(diagnostic);
  }
  if (!pod.has_api_version()) pod.set_api_version("v1");
  if (!pod.has_kind()) pod.set_kind("Pod");
  if (!pod.metadata().has_name()) pod.mutable_metadata()->set_name("test");
  v1::PodSpec* spec = pod.mutable_spec();
  if (!spec->has_restart_policy()) spec->set_restart_policy("Never");
  for (auto* containers :
       {spec->mutable_init_containers(), spec->mutable_containers()}) {
    for (v1::Container& container : *containers) {
      if (!container.has_image()) container.set_image(kBusybox);
    }
  }
  return pod;
}

PodResult PodTest::RunPod(const v1::Pod& pod,
                          const podman::RunOptions& options) {
  PodResult result;
  podman::RunObserver observer;
  observer.on_log = [&](absl::string_view container, absl::string_view line) {
    result.log.emplace_back(container, line);
    if (on_log_) on_log_(container, line);
  };
  observer.on_note = [&](absl::string_view note) {
    result.notes.emplace_back(note);
  };
  result.status = podman::RunPod(pod, options, observer, &control_);
  return result;
}

}  // namespace colocation
