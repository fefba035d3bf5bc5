#include "launcher/probe.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

#include "launcher/container.h"
#include "launcher/process.h"

namespace colocation::launcher {
namespace {

constexpr int64_t kMillisecond = 1'000'000;

const std::vector<std::string>& Env() {
  static const auto* env = new std::vector<std::string>{"PATH=/usr/bin:/bin"};
  return *env;
}

// A server in a child process, which gives one answer to whoever connects and
// echoes the request into a pipe. A null answer: it never says anything.
class Server {
 public:
  explicit Server(const char* answer, int family = AF_INET) {
    const int listener = socket(family, SOCK_STREAM, 0);
    sockaddr_storage address = {};
    address.ss_family = static_cast<sa_family_t>(family);
    socklen_t size =
        family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    if (family == AF_INET) {
      reinterpret_cast<sockaddr_in*>(&address)->sin_addr.s_addr =
          htonl(INADDR_LOOPBACK);
    } else {
      reinterpret_cast<sockaddr_in6*>(&address)->sin6_addr = in6addr_loopback;
    }
    listening_ =
        bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
        listen(listener, 8) == 0;
    getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(reinterpret_cast<sockaddr_in*>(&address)->sin_port);
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    request_ = ends[0];
    pid_ = fork();
    if (pid_ == 0) {
      for (;;) {
        const int connection = accept(listener, nullptr, nullptr);
        if (answer == nullptr) continue;
        char buffer[4096];
        const ssize_t n = read(connection, buffer, sizeof buffer);
        if (n > 0) (void)!write(ends[1], buffer, static_cast<size_t>(n));
        (void)!write(connection, answer, std::strlen(answer));
        close(connection);
      }
    }
    close(ends[1]);
    close(listener);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    close(request_);
  }

  bool listening() const { return listening_; }
  int port() const { return port_; }
  std::string Request() const {
    char buffer[4096];
    const ssize_t n = read(request_, buffer, sizeof buffer);
    return n > 0 ? std::string(buffer, static_cast<size_t>(n)) : "";
  }

 private:
  bool listening_ = false;
  int port_ = 0;
  int request_ = -1;
  pid_t pid_ = -1;
};

LaunchProbe Http(int port) {
  LaunchProbe probe;
  probe.http.emplace();
  probe.http->port = port;
  return probe;
}

LaunchProbe Tcp(int port) {
  LaunchProbe probe;
  probe.tcp.emplace();
  probe.tcp->port = port;
  return probe;
}

LaunchProbe Exec(const std::vector<std::string>& command) {
  LaunchProbe probe;
  probe.exec.emplace();
  probe.exec->command = command;
  return probe;
}

TEST(HttpProbeTest, StatusDecides) {
  const struct {
    const char* answer;
    bool good;
  } kCases[] = {
      {"HTTP/1.1 200 OK\r\n\r\n", true},
      {"HTTP/1.0 302 Found\r\n\r\n", true},
      {"HTTP/1.1 404 Not Found\r\n\r\n", false},
      {"HTTP/1.1 503 \r\n\r\n", false},
      {"SSH-2.0-OpenSSH\r\n\r\n", false},
      {"", false},
  };
  for (const auto& c : kCases) {
    const Server server(c.answer);
    EXPECT_EQ(CheckOnce(Http(server.port()), Env()), c.good) << c.answer;
  }
}

TEST(HookTest, AnyAnswerByHttpIsGood) {
  LaunchHook hook;
  hook.http.emplace();
  {
    const Server server("HTTP/1.1 503 \r\n\r\n");
    hook.http->port = server.port();
    EXPECT_TRUE(RunHook(hook, Env(), kNever));
  }
  EXPECT_FALSE(RunHook(hook, Env(), kNever));
}

TEST(HookTest, SleepIsOverInTimeOrFails) {
  LaunchHook hook;
  hook.sleep_ns = kMillisecond;
  EXPECT_TRUE(RunHook(hook, Env(), kNever));
  hook.sleep_ns = kNever;
  EXPECT_FALSE(RunHook(hook, Env(), NowNs() + kMillisecond));
}

TEST(HttpProbeTest, AsksAsTheKubeletDoes) {
  const Server server("HTTP/1.1 200 OK\r\n\r\n");
  LaunchProbe probe = Http(server.port());
  probe.http->path = "health?x=1";
  probe.http->headers = {{"X-Key", "v"}, {"Host", "example.dev"}};
  EXPECT_TRUE(CheckOnce(probe, Env()));
  EXPECT_EQ(server.Request(),
            "GET /health?x=1 HTTP/1.1\r\nHost: example.dev\r\nAccept: */*\r\n"
            "Connection: close\r\nX-Key: v\r\n"
            "User-Agent: kube-probe/colocation\r\n\r\n");
}

TEST(HttpProbeTest, SilenceIsAFailureWhenTheTimeIsOver) {
  const Server server(nullptr);
  LaunchProbe probe = Http(server.port());
  probe.timeout_ns = 50 * kMillisecond;
  EXPECT_FALSE(CheckOnce(probe, Env()));
}

TEST(TcpProbeTest, SomebodyHasToListen) {
  int port = 0;
  {
    const Server server("");
    port = server.port();
    EXPECT_TRUE(CheckOnce(Tcp(port), Env()));
    LaunchProbe named = Tcp(port);
    named.tcp->host = "localhost";
    EXPECT_TRUE(CheckOnce(named, Env()));
    named.tcp->host = "127.0.0.1";
    EXPECT_TRUE(CheckOnce(named, Env()));
    named.tcp->host = "no-such-host.example";
    EXPECT_FALSE(CheckOnce(named, Env()));
  }
  EXPECT_FALSE(CheckOnce(Tcp(port), Env()));
}

TEST(TcpProbeTest, FindsAServerOnIpv6) {
  const Server server("", AF_INET6);
  if (!server.listening()) GTEST_SKIP() << "there is no IPv6 here";
  EXPECT_TRUE(CheckOnce(Tcp(server.port()), Env()));
}

TEST(ExecProbeTest, ExitCodeDecides) {
  EXPECT_TRUE(CheckOnce(Exec({"true"}), Env()));
  EXPECT_FALSE(CheckOnce(Exec({"false"}), Env()));
  EXPECT_FALSE(CheckOnce(Exec({"no-such-program"}), Env()));
  EXPECT_FALSE(CheckOnce(Exec({}), Env()));
}

TEST(ExecProbeTest, OneThatTakesTooLongIsKilled) {
  LaunchProbe probe = Exec({"sleep", "1000"});
  probe.timeout_ns = 50 * kMillisecond;
  EXPECT_FALSE(CheckOnce(probe, Env()));
}

TEST(FindProgramTest, LooksWhereTheEnvironmentSays) {
  EXPECT_EQ(FindProgram("sh", {"PATH=/nowhere:/bin"}), "/bin/sh");
  EXPECT_EQ(FindProgram("/bin/sh", {}), "/bin/sh");
  EXPECT_EQ(FindProgram("sh", {"PATH=/nowhere"}), std::nullopt);
  EXPECT_EQ(errno, ENOENT);
  EXPECT_EQ(FindProgram("/bin", {}), std::nullopt);
  EXPECT_EQ(FindProgram("", {"PATH=/bin"}), std::nullopt);
}

}  // namespace
}  // namespace colocation::launcher
