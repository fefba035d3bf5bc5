#include "cli/podman/podman.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cli/podman/unix_http.h"
#include "google/protobuf/util/json_util.h"

namespace colocation::podman {
namespace {

constexpr absl::string_view kApi = "/v4.0.0/libpod";
constexpr char kUnified[] = "/sys/fs/cgroup/unified";
// For answers that podman gives right in a moment.
constexpr int kTries = 100;
constexpr absl::Duration kPause = absl::Milliseconds(20);
// include/uapi/linux/capability.h
constexpr int kCapSysResource = 24;

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// crun: "cgroups in hybrid mode not supported, drop all controllers from
// cgroupv2".
bool CrunRefusesCgroups() {
  struct statfs info;
  return statfs(kUnified, &info) == 0 && info.f_type == CGROUP2_SUPER_MAGIC &&
         !absl::StripAsciiWhitespace(
              ReadFile(absl::StrCat(kUnified, "/cgroup.controllers")))
              .empty();
}

bool MayRaiseLimits() {
  for (absl::string_view line :
       absl::StrSplit(ReadFile("/proc/self/status"), '\n')) {
    uint64_t capabilities = 0;
    if (absl::ConsumePrefix(&line, "CapEff:") &&
        absl::SimpleHexAtoi(absl::StripAsciiWhitespace(line), &capabilities)) {
      return (capabilities >> kCapSysResource & 1) != 0;
    }
  }
  return true;
}

// "SOFT:HARD", both the hard limit that we have.
std::string LimitText(uint64_t hard) {
  return hard == RLIM_INFINITY ? "-1:-1" : absl::StrCat(hard, ":", hard);
}

uint64_t HardLimit(__rlimit_resource_t resource) {
  rlimit limit = {};
  return getrlimit(resource, &limit) == 0 ? limit.rlim_max : RLIM_INFINITY;
}

// podman lowers its own limit of processes to this when it starts
// (containers/common/pkg/config/default_linux.go, getDefaultProcessLimits).
uint64_t PidMax() {
  uint64_t pid_max = RLIM_INFINITY;
  return absl::SimpleAtoi(
             absl::StripAsciiWhitespace(ReadFile("/proc/sys/kernel/pid_max")),
             &pid_max)
             ? pid_max
             : RLIM_INFINITY;
}

// containers.conf for a process that may not raise its limits.
std::string LimitsConf() {
  return absl::StrCat("[containers]\ndefault_ulimits = [\"nofile=",
                      LimitText(HardLimit(RLIMIT_NOFILE)), "\", \"nproc=",
                      LimitText(std::min(HardLimit(RLIMIT_NPROC), PidMax())),
                      "\"]\n");
}

// A path for `name` in the directory that fits in a socket's address however
// long the directory's own is.
std::string ShortPath(int directory_fd, absl::string_view name) {
  return absl::StrCat("/proc/self/fd/", directory_fd, "/", name);
}

absl::StatusOr<int> Listen(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 ||
      bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
          0 ||
      listen(fd, 128) != 0) {
    const int error = errno;
    if (fd >= 0) close(fd);
    return absl::InternalError(
        absl::StrCat("podman's socket: ", std::strerror(error)));
  }
  return fd;
}

std::string ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  // Fails only on messages with an Any in it.
  (void)google::protobuf::util::MessageToJsonString(message, &json, options);
  return json;
}

absl::Status FromJson(absl::string_view json,
                      google::protobuf::Message* message) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto status = google::protobuf::util::JsonStringToMessage(
      std::string(json), message, options);
  if (status.ok()) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("podman's answer is no ",
                                          message->GetTypeName(), ": ",
                                          status.message().ToString()));
}

absl::StatusCode CodeOf(int http_code) {
  switch (http_code) {
    case 404:
      return absl::StatusCode::kNotFound;
    case 409:
      return absl::StatusCode::kAlreadyExists;
    case 400:
      return absl::StatusCode::kInvalidArgument;
    default:
      return absl::StatusCode::kUnavailable;
  }
}

// What podman 4.3 answers where something changes while it looks at it: it
// reads the cgroup of a process that ends (libpod/container.go, cGroupPath), or
// crashes over an image that another program is making (containers/common,
// libimage/layer_tree.go).
bool IsPassing(const absl::Status& status) {
  return absl::StrContains(status.message(), "no such process") ||
         absl::StrContains(status.message(), "nil pointer dereference");
}

// What podman says about a call that failed; which one it was, where that is
// not the caller's fault.
absl::Status Failure(const HttpRequest& request, const HttpResponse& response) {
  api::Error error;
  FromJson(response.body, &error).IgnoreError();
  const std::string& message =
      error.message().empty() ? response.body : error.message();
  const absl::StatusCode code = CodeOf(response.code);
  if (code != absl::StatusCode::kUnavailable) {
    return absl::Status(code, message);
  }
  return absl::Status(
      code, absl::StrCat("podman fails at ", request.method, " ",
                         request.target.substr(0, request.target.find('?')),
                         ": ", message));
}

}  // namespace

absl::StatusOr<Podman> Podman::Start(const PodmanOptions& options) {
  Descriptor directory(
      open(options.directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0) {
    return absl::InternalError(
        absl::StrCat(options.directory, ": ", std::strerror(errno)));
  }
  const std::string socket = ShortPath(directory.get(), "podman.sock");
  const std::string log = absl::StrCat(options.directory, "/podman.log");
  ProcessOptions process;
  process.argv = options.command;
  process.argv.insert(process.argv.end(), {"system", "service", "--time=0"});
  process.output_path = log;
  if (CrunRefusesCgroups()) process.unmount = kUnified;
  if (geteuid() == 0 && getenv("CONTAINERS_CONF") == nullptr &&
      !MayRaiseLimits()) {
    const std::string path =
        absl::StrCat(options.directory, "/containers.conf");
    std::ofstream(path) << LimitsConf();
    process.env["CONTAINERS_CONF"] = path;
  }
  absl::StatusOr<int> listening = Listen(socket);
  if (!listening.ok()) return listening.status();
  process.listen_fd = *listening;
  absl::StatusOr<Subprocess> service = Subprocess::Start(process);
  // Only the child listens now: when it ends, connections are refused.
  close(*listening);
  if (!service.ok()) return service.status();

  Podman podman(*std::move(service), std::move(directory), socket,
                options.cancel_fd);
  const absl::Status alive =
      podman.Call("GET", "/_ping", "", options.cancel_fd).status();
  if (absl::IsCancelled(alive)) return alive;
  if (!alive.ok()) {
    podman.Stop();
    return absl::FailedPreconditionError(absl::StrCat(
        "podman 4 is needed and could not be started: ", alive.message(), "\n",
        ReadFile(log)));
  }
  return podman;
}

absl::StatusOr<std::string> Podman::Call(absl::string_view method,
                                         absl::string_view target,
                                         absl::string_view body,
                                         int cancel_fd) const {
  HttpRequest request;
  request.method = method;
  request.target = absl::StrCat(kApi, target);
  request.body = body;
  request.cancel_fd = cancel_fd;
  absl::StatusOr<HttpResponse> response = Send(socket_, request);
  if (!response.ok()) return response.status();
  if (response->code < 200 || response->code > 299) {
    return Failure(request, *response);
  }
  return std::move(response->body);
}

absl::StatusOr<std::string> Podman::CallAgain(absl::string_view method,
                                              absl::string_view target,
                                              absl::string_view body) const {
  absl::StatusOr<std::string> answer = Call(method, target, body);
  for (int tries = 0; tries < kTries && IsPassing(answer.status()); ++tries) {
    absl::SleepFor(kPause);
    answer = Call(method, target, body);
  }
  return answer;
}

absl::Status Podman::StartPod(const api::PodCreate& pod) const {
  if (absl::Status status =
          CallAgain("POST", "/pods/create", ToJson(pod)).status();
      !status.ok()) {
    return status;
  }
  return Call("POST", absl::StrCat("/pods/", UrlEncode(pod.name()), "/start"))
      .status();
}

absl::Status Podman::RemovePod(absl::string_view name) const {
  absl::Status status;
  // A container that ends by itself while podman kills it may fail the call.
  for (int tries = 0; tries < kTries; ++tries) {
    if (tries > 0) absl::SleepFor(kPause);
    status = Call("DELETE", absl::StrCat("/pods/", UrlEncode(name),
                                         "?force=true&timeout=0"))
                 .status();
    if (status.ok() || absl::IsNotFound(status)) return absl::OkStatus();
  }
  return status;
}

absl::StatusOr<std::string> Podman::CreateContainer(
    const api::ContainerCreate& container) const {
  absl::StatusOr<std::string> body =
      CallAgain("POST", "/containers/create", ToJson(container));
  if (!body.ok()) return body.status();
  api::Created created;
  if (absl::Status status = FromJson(*body, &created); !status.ok()) {
    return status;
  }
  return created.id();
}

absl::Status Podman::StartContainer(absl::string_view id) const {
  return Call("POST", absl::StrCat("/containers/", id, "/start")).status();
}

absl::StatusOr<api::Inspected> Podman::InspectEnded(
    absl::string_view id) const {
  for (int tries = 0; tries < kTries; ++tries) {
    absl::StatusOr<api::Inspected> inspected = Inspect(id);
    if (!inspected.ok() || !inspected->state().running()) return inspected;
    absl::SleepFor(absl::Milliseconds(1));
  }
  const absl::Status status =
      Call("POST", absl::StrCat("/containers/", id,
                                "/wait?condition=stopped&condition=exited"))
          .status();
  if (!status.ok()) return status;
  return Inspect(id);
}

absl::StatusOr<api::Inspected> Podman::Inspect(absl::string_view id) const {
  absl::StatusOr<std::string> body =
      CallAgain("GET", absl::StrCat("/containers/", id, "/json"));
  if (!body.ok()) return body.status();
  api::Inspected inspected;
  if (absl::Status status = FromJson(*body, &inspected); !status.ok()) {
    return status;
  }
  return inspected;
}

absl::Status Podman::Signal(absl::string_view id,
                            absl::string_view signal) const {
  absl::Status status =
      Call("POST", absl::StrCat("/containers/", id, "/kill?signal=", signal))
          .status();
  // 409, or 500 with these words where it has just ended: it is not running.
  if (status.ok() || absl::IsNotFound(status) ||
      absl::IsAlreadyExists(status) ||
      absl::StrContains(status.message(), "container state improper")) {
    return absl::OkStatus();
  }
  // For one that ends while podman looks at it the answer is 500.
  const absl::StatusOr<api::Inspected> inspected = Inspect(id);
  if (inspected.ok() && !inspected->state().running()) return absl::OkStatus();
  return status;
}

absl::StatusOr<api::Image> Podman::InspectImage(absl::string_view name) const {
  absl::StatusOr<std::string> body =
      CallAgain("GET", absl::StrCat("/images/", UrlEncode(name), "/json"));
  if (!body.ok()) return body.status();
  api::Image image;
  if (absl::Status status = FromJson(*body, &image); !status.ok()) {
    return status;
  }
  return image;
}

absl::Status Podman::PullImage(absl::string_view name) const {
  absl::StatusOr<std::string> body =
      Call("POST", absl::StrCat("/images/pull?reference=", UrlEncode(name)), "",
           cancel_fd_);
  if (!body.ok()) return body.status();
  // A stream of JSON objects, one a line; the code is 200 also when it fails.
  for (absl::string_view line : absl::StrSplit(*body, '\n')) {
    api::PullReport report;
    if (FromJson(line, &report).ok() && !report.error().empty()) {
      return absl::NotFoundError(report.error());
    }
  }
  return absl::OkStatus();
}

absl::Status Podman::ImportImage(
    absl::string_view name, absl::string_view files,
    const std::vector<std::string>& changes) const {
  std::string target =
      absl::StrCat(kApi, "/images/import?reference=", UrlEncode(name));
  for (const std::string& change : changes) {
    absl::StrAppend(&target, "&changes=", UrlEncode(change));
  }
  HttpRequest request;
  request.method = "POST";
  request.target = target;
  request.content_type = "application/x-tar";
  request.body = files;
  absl::StatusOr<HttpResponse> response = Send(socket_, request);
  if (!response.ok()) return response.status();
  return response->code == 200 ? absl::OkStatus() : Failure(request, *response);
}

absl::Status Podman::RemoveImage(absl::string_view id) const {
  return Call("DELETE", absl::StrCat("/images/", UrlEncode(id))).status();
}

}  // namespace colocation::podman
