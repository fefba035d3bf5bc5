#include "launcher/probe.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string_view>

#include "launcher/container.h"
#include "launcher/grpc_health.h"
#include "launcher/process.h"

namespace colocation::launcher {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

constexpr char kIsReady = 'r';
constexpr char kPostStartFailed = 'p';
constexpr char kNotStarted = 's';
constexpr char kNotAlive = 'a';

constexpr int kFailureThreshold = 3;

void Sleep(int64_t ns) {
  timespec time = {ns / kSecond, ns % kSecond};
  while (ns > 0 && nanosleep(&time, &time) != 0 && errno == EINTR) {
  }
}

int64_t OrDefault(int64_t value, int64_t when_zero) {
  return value > 0 ? value : when_zero;
}

// ---------------------------------------------------------------------------
// Addresses

struct Address {
  sockaddr_storage storage = {};
  socklen_t size = 0;
};

bool ParseAddress(const std::string& text, int port, Address* address) {
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address->storage);
  if (inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(static_cast<uint16_t>(port));
    address->size = sizeof *v4;
    return true;
  }
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address->storage);
  if (inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(static_cast<uint16_t>(port));
    address->size = sizeof *v6;
    return true;
  }
  return false;
}

// Addresses that /etc/hosts has for a name. A resolver is too much for a static
// program, and a sidecar is in this Pod.
std::vector<std::string> HostsFor(const std::string& name) {
  std::vector<std::string> addresses;
  const std::string hosts = ReadFile("/etc/hosts").value_or("");
  std::vector<std::string> words;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
  };
  bool comment = false;
  for (const char c : hosts + "\n") {
    if (c == '\n') {
      end_word();
      if (std::find(words.begin(), words.end(), name) != words.end() &&
          words[0] != name) {
        addresses.push_back(words[0]);
      }
      words.clear();
      comment = false;
    } else if (comment || c == '#') {
      comment = true;
    } else if (c == ' ' || c == '\t' || c == '\r') {
      end_word();
    } else {
      word.push_back(c);
    }
  }
  return addresses;
}

// Where to look for a server. Without a host that is every address of the Pod
// that we know of, since the kubelet would use the Pod's own.
std::vector<std::string> Candidates(const std::string& host) {
  Address ignored;
  if (host.empty() || host == "localhost") {
    std::vector<std::string> candidates = {"127.0.0.1", "::1"};
    char name[256] = "";
    if (host.empty() && gethostname(name, sizeof name - 1) == 0) {
      for (std::string& address : HostsFor(name)) {
        candidates.push_back(std::move(address));
      }
    }
    return candidates;
  }
  if (ParseAddress(host, 0, &ignored)) return {host};
  return HostsFor(host);
}

// ---------------------------------------------------------------------------
// Checks. Each ends by itself before `until`.

bool PollUntil(int fd, short events, int64_t until) {
  pollfd entry = {fd, events, 0};
  for (;;) {
    const int64_t left = until - NowNs();
    if (left <= 0) return false;
    const timespec timeout = {left / kSecond, left % kSecond};
    const int n = ppoll(&entry, 1, &timeout, nullptr);
    if (n > 0) return true;
    if (n < 0 && errno != EINTR) return false;
  }
}

File Connect(const std::string& host, int port, int64_t until) {
  for (const std::string& candidate : Candidates(host)) {
    Address address;
    if (!ParseAddress(candidate, port, &address)) continue;
    File socket_file(socket(address.storage.ss_family,
                            SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket_file.is_open()) continue;
    const int fd = socket_file.fd();
    int error = 0;
    if (connect(fd, reinterpret_cast<sockaddr*>(&address.storage),
                address.size) != 0) {
      if (errno != EINPROGRESS || !PollUntil(fd, POLLOUT, until)) continue;
      socklen_t size = sizeof error;
      getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    }
    if (error == 0) return socket_file;
  }
  return {};
}

bool Send(const File& connection, std::string_view bytes, int64_t until) {
  while (!bytes.empty()) {
    if (!PollUntil(connection.fd(), POLLOUT, until)) return false;
    const ssize_t n =
        send(connection.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

bool CheckGrpc(const GrpcCheck& check, int64_t until) {
  const File connection = Connect("", check.port, until);
  if (!connection.is_open()) return false;
  GrpcHealthCheck health("localhost:" + std::to_string(check.port),
                         check.service);
  if (!Send(connection, health.TakeOutput(), until)) return false;
  while (!health.done()) {
    char buffer[4096];
    if (!PollUntil(connection.fd(), POLLIN, until)) return false;
    const ssize_t n = read(connection.fd(), buffer, sizeof buffer);
    if (n <= 0) return false;
    health.Read({buffer, static_cast<size_t>(n)});
    // A server that has said all may have gone before it is thanked: what it
    // said still counts.
    if (!health.done()) Send(connection, health.TakeOutput(), until);
  }
  return health.serving();
}

// The status of the answer; zero where there is none.
int AskHttp(const HttpCheck& check, int64_t until) {
  const File connection = Connect(check.host, check.port, until);
  if (!connection.is_open()) return 0;
  std::string path = check.path;
  if (path.empty() || path[0] != '/') path = "/" + path;
  std::string host = check.host.empty() ? "localhost" : check.host;
  host += ":" + std::to_string(check.port);
  std::string headers;
  bool has_agent = false;
  for (const LaunchEnvVar& header : check.headers) {
    std::string name = header.name;
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
    if (name == "host") {
      host = header.value;
      continue;
    }
    has_agent = has_agent || name == "user-agent";
    headers += header.name + ": " + header.value + "\r\n";
  }
  if (!has_agent) headers += "User-Agent: kube-probe/colocation\r\n";
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: " + host +
                              "\r\nAccept: */*\r\nConnection: close\r\n" +
                              headers + "\r\n";
  if (!Send(connection, request, until)) return 0;
  // "HTTP/1.1 200"
  std::string answer;
  while (answer.size() < 12) {
    char buffer[64];
    if (!PollUntil(connection.fd(), POLLIN, until)) return 0;
    const ssize_t n = read(connection.fd(), buffer, sizeof buffer);
    if (n <= 0) return 0;
    answer.append(buffer, static_cast<size_t>(n));
  }
  if (answer.rfind("HTTP/1.", 0) != 0) return 0;
  return std::atoi(answer.substr(9, 3).c_str());
}

// Runs a command, its output dropped; false if it fails or takes too long.
bool CheckExec(const std::vector<std::string>& argv,
               const std::vector<std::string>& env, int64_t until) {
  if (argv.empty()) return false;
  const std::optional<std::string> program = FindProgram(argv[0], env);
  if (!program.has_value()) return false;
  std::vector<char*> arguments;
  for (const std::string& word : argv) {
    arguments.push_back(const_cast<char*>(word.c_str()));
  }
  arguments.push_back(nullptr);
  std::vector<char*> variables;
  for (const std::string& entry : env) {
    variables.push_back(const_cast<char*>(entry.c_str()));
  }
  variables.push_back(nullptr);

  sigset_t child_ended;
  sigemptyset(&child_ended);
  sigaddset(&child_ended, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child_ended, nullptr);
  const pid_t pid = Fork([&] {
    const int null = open("/dev/null", O_RDWR);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
      dup2(null, stream);
    }
    execve(program->c_str(), arguments.data(), variables.data());
    return 127;
  });
  if (pid < 0) return false;
  int status = 0;
  for (;;) {
    if (waitpid(pid, &status, WNOHANG) == pid) return status == 0;
    const int64_t left = until - NowNs();
    if (left <= 0) break;
    const timespec timeout = {left / kSecond, left % kSecond};
    sigtimedwait(&child_ended, nullptr, &timeout);
  }
  kill(-pid, SIGKILL);
  kill(pid, SIGKILL);
  waitpid(pid, &status, 0);
  return false;
}

constexpr int kForEver = std::numeric_limits<int>::max();

// Probes until as many checks in a row have succeeded, or failed, as are given.
// Whether they succeeded.
bool ProbeUntil(const LaunchProbe& probe, int successes, int failures,
                const std::vector<std::string>& env) {
  Sleep(probe.initial_delay_ns);
  int good = 0, bad = 0;
  for (;;) {
    const int64_t start = NowNs();
    const bool succeeded = CheckOnce(probe, env);
    good = succeeded ? good + 1 : 0;
    bad = succeeded ? 0 : bad + 1;
    if (good >= successes) return true;
    if (bad >= failures) return false;
    Sleep(Later(start, OrDefault(probe.period_ns, 10 * kSecond)) - NowNs());
  }
}

int FailureThreshold(const LaunchProbe& probe) {
  return probe.failure_threshold > 0 ? probe.failure_threshold
                                     : kFailureThreshold;
}

int Probe(const LaunchContainer& sidecar, const std::vector<std::string>& env,
          int reports) {
  const auto report = [reports](char what) {
    (void)!write(reports, &what, 1);
    return 0;
  };
  if (sidecar.post_start.has_value() &&
      !RunHook(*sidecar.post_start, env, kNever)) {
    return report(kPostStartFailed);
  }
  if (sidecar.startup.has_value() &&
      !ProbeUntil(*sidecar.startup, 1, FailureThreshold(*sidecar.startup),
                  env)) {
    return report(kNotStarted);
  }
  const auto become_ready = [&] {
    if (sidecar.ready.has_value()) {
      const LaunchProbe& probe = *sidecar.ready;
      ProbeUntil(probe, std::max(1, probe.success_threshold), kForEver, env);
    }
    return report(kIsReady);
  };
  if (!sidecar.live.has_value()) return become_ready();
  if (Fork(become_ready) < 0) return 1;
  ProbeUntil(*sidecar.live, kForEver, FailureThreshold(*sidecar.live), env);
  return report(kNotAlive);
}

}  // namespace

bool CheckOnce(const LaunchProbe& probe, const std::vector<std::string>& env) {
  const int64_t until = Later(NowNs(), OrDefault(probe.timeout_ns, kSecond));
  if (probe.exec.has_value()) return CheckExec(probe.exec->command, env, until);
  if (probe.http.has_value()) {
    const int status = AskHttp(*probe.http, until);
    return status >= 200 && status < 400;
  }
  if (probe.grpc.has_value()) return CheckGrpc(*probe.grpc, until);
  if (probe.tcp.has_value()) {
    return Connect(probe.tcp->host, probe.tcp->port, until).is_open();
  }
  return true;
}

bool RunHook(const LaunchHook& hook, const std::vector<std::string>& env,
             int64_t until_ns) {
  if (hook.exec.has_value()) {
    return CheckExec(hook.exec->command, env, until_ns);
  }
  if (hook.http.has_value()) return AskHttp(*hook.http, until_ns) != 0;
  Sleep(std::min(hook.sleep_ns, until_ns - NowNs()));
  return NowNs() < until_ns;
}

void RunningHook::Start(const std::optional<LaunchHook>& hook,
                        const std::vector<std::string>& env, int64_t until_ns) {
  int ends[2];
  if (!hook.has_value() || pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return;
  end_ = File(ends[0]);
  // The child holds it until it ends.
  const File writer(ends[1]);
  Fork([&] { return RunHook(*hook, env, until_ns) ? 0 : 1; });
}

bool RunningHook::Done() {
  char none = 0;
  if (end_.is_open() && read(end_.fd(), &none, 1) == 0) end_ = File();
  return !end_.is_open();
}

void RunningHook::AddTo(std::vector<pollfd>* fds) const {
  if (end_.is_open()) fds->push_back({end_.fd(), POLLIN, 0});
}

Prober::Prober(const LaunchContainer& sidecar,
               const std::vector<std::string>& env)
    : sidecar_(sidecar) {
  if (!sidecar.post_start.has_value() && !sidecar.startup.has_value() &&
      !sidecar.ready.has_value() && !sidecar.live.has_value()) {
    ready_ = true;
    return;
  }
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
    failure_ = FileError("pipe");
    return;
  }
  reports_ = File(ends[0]);
  const File writer(ends[1]);
  if (Fork([&] { return Probe(sidecar, env, writer.fd()); }) < 0) {
    failure_ = FileError("fork");
  }
}

void Prober::AddTo(std::vector<pollfd>* fds) const {
  if (reports_.is_open()) fds->push_back({reports_.fd(), POLLIN, 0});
}

void Prober::TakeReports() {
  while (reports_.is_open()) {
    char report = 0;
    const ssize_t n = read(reports_.fd(), &report, 1);
    if (n < 0) return;
    if (n == 0) {
      reports_ = File();
      return;
    }
    if (report == kIsReady) ready_ = true;
    if (report == kPostStartFailed) failure_ = "the postStart hook failed";
    if (report == kNotStarted) {
      failure_ = "the startup probe failed";
      grace_ns_ = sidecar_.startup->termination_grace_ns;
    }
    if (report == kNotAlive) {
      failure_ = "the liveness probe failed";
      grace_ns_ = sidecar_.live->termination_grace_ns;
    }
  }
}

}  // namespace colocation::launcher
