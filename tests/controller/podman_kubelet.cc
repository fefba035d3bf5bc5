// One Pod for a kubelet that is written in another language: runs the Pod that
// the first line of standard input has as JSON, and writes its PodStatus, a
// line of JSON, whenever that changes. Each further line of input is a JSON
// object of annotations to set; the end of input deletes the Pod.
//
//   podman_kubelet DIRECTORY LAUNCHER
//
// DIRECTORY holds podman's storage and the volumes. The images
// localhost/colocation-test/{launcher,busybox}:test are made from LAUNCHER and
// from this machine's busybox.
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "cli/podman/pod_control.h"
#include "cli/podman/pod_runner.h"
#include "colocation/decode/decode.h"
#include "colocation/decode/encode.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/v1/kubernetes.pb.h"

namespace colocation {
namespace {

constexpr char kImages[] = "localhost/colocation-test/";

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

podman::LocalImage Launcher(const std::string& path) {
  podman::LocalImage image;
  image.name = absl::StrCat(kImages, "launcher:test");
  image.files.push_back({"launcher", ReadFile(path), 0755, ""});
  return image;
}

podman::LocalImage Busybox() {
  podman::LocalImage image;
  image.name = absl::StrCat(kImages, "busybox:test");
  image.files.push_back({"tmp/", "", 01777, ""});
  image.files.push_back({"bin/busybox", ReadFile("/bin/busybox"), 0755, ""});
  for (const char* applet : {"cat", "echo", "false", "sh", "sleep", "true"}) {
    image.files.push_back({absl::StrCat("bin/", applet), "", 0777, "busybox"});
  }
  return image;
}

// False, and said why on standard error, where `text` is no such message.
bool Parse(const std::string& text, google::protobuf::Message* message) {
  DecodeOptions options;
  options.allow_unknown_fields = true;
  DiagnosticList diagnostics;
  DecodeMessage("input", text, options, message, &diagnostics);
  bool fine = true;
  const v1::Diagnostics found = diagnostics.Sorted();
  for (const v1::Diagnostic& one : found.diagnostics()) {
    if (one.severity() != v1::SEVERITY_ERROR) continue;
    std::cerr << ToDisplayString(one) << "\n";
    fine = false;
  }
  return fine;
}

// In a thread of its own.
void Obey(podman::PodControl* control) {
  for (std::string line; std::getline(std::cin, line);) {
    v1::ObjectMeta metadata;
    if (!Parse(absl::StrCat("{\"annotations\":", line, "}"), &metadata)) break;
    control->Annotate(
        {metadata.annotations().begin(), metadata.annotations().end()});
  }
  control->Stop();
}

// Puts a container's status where it belongs, and tells all.
void Tell(const v1::Pod& pod, const v1::ContainerStatus& status,
          v1::PodStatus* all) {
  bool init = false;
  for (const v1::Container& container : pod.spec().init_containers()) {
    init |= container.name() == status.name();
  }
  auto& list = init ? *all->mutable_init_container_statuses()
                    : *all->mutable_container_statuses();
  v1::ContainerStatus* known = nullptr;
  for (v1::ContainerStatus& one : list) {
    if (one.name() == status.name()) known = &one;
  }
  *(known == nullptr ? list.Add() : known) = status;
  all->set_phase("Running");
  std::cout << ToJson(*all) << std::endl;
}

int Main(const std::string& directory, const std::string& launcher) {
  std::string line;
  v1::Pod pod;
  if (!std::getline(std::cin, line) || !Parse(line, &pod)) return 2;
  podman::RunOptions options;
  options.podman = {"podman",
                    "--root",
                    absl::StrCat(directory, "/storage"),
                    "--runroot",
                    absl::StrCat(directory, "/run"),
                    "--tmpdir",
                    absl::StrCat(directory, "/tmp")};
  options.images = {Launcher(launcher), Busybox()};
  options.directory = absl::StrCat(directory, "/pods");
  podman::PodControl& control = *new podman::PodControl;  // For both threads.
  std::thread(Obey, &control).detach();
  v1::PodStatus seen;
  podman::RunObserver observer;
  observer.on_container = [&](const v1::ContainerStatus& status) {
    Tell(pod, status, &seen);
  };
  observer.on_log = [](absl::string_view container, absl::string_view text) {
    std::cerr << "[" << container << "] " << text << "\n";
  };
  const absl::StatusOr<v1::PodStatus> status =
      podman::RunPod(pod, options, observer, &control);
  if (!status.ok()) {
    std::cerr << status.status() << "\n";
    return 1;
  }
  std::cout << ToJson(*status) << std::endl;
  return 0;
}

}  // namespace
}  // namespace colocation

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const int code = colocation::Main(argv[1], argv[2]);
  // The thread that reads may be in the middle of it.
  std::cout.flush();
  std::_Exit(code);
}
