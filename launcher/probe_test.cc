#include "launcher/probe.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/container.h"
#include "launcher/grpc_health_testing.h"
#include "launcher/process.h"

namespace colocation::launcher {
namespace {

using std::string_literals::operator""s;

constexpr int64_t kMillisecond = 1'000'000;

const std::vector<std::string>& Env() {
  static const auto* env = new std::vector<std::string>{"PATH=/usr/bin:/bin"};
  return *env;
}

// Gives one answer to whoever connects and echoes the request into a pipe.
class Server {
 public:
  explicit Server(const char* answer, int family = AF_INET)
      : server_(
            [this, answer](int connection) {
              char buffer[4096];
              const ssize_t n = read(connection, buffer, sizeof buffer);
              if (n > 0) {
                (void)!write(request_.ends[1], buffer, static_cast<size_t>(n));
              }
              SendAll(connection, answer);
            },
            family) {}

  bool listening() const { return server_.listening(); }
  int port() const { return server_.port(); }
  std::string Request() const {
    char buffer[4096];
    const ssize_t n = read(request_.ends[0], buffer, sizeof buffer);
    return n > 0 ? std::string(buffer, static_cast<size_t>(n)) : "";
  }

 private:
  struct Pipe {
    Pipe() { EXPECT_EQ(pipe(ends), 0); }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe() {
      close(ends[0]);
      close(ends[1]);
    }

    int ends[2];
  };

  Pipe request_;
  TestServer server_;
};

// Hears everything, and says nothing until the client goes.
void SayNothing(int connection) {
  char buffer[4096];
  while (read(connection, buffer, sizeof buffer) > 0) {
  }
}

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

LaunchProbe Grpc(int port, const std::string& service = "") {
  LaunchProbe probe;
  probe.grpc.emplace();
  probe.grpc->port = port;
  probe.grpc->service = service;
  // Never reached where a test isn't about it.
  probe.timeout_ns = 60'000 * kMillisecond;
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
  const TestServer server(SayNothing);
  LaunchProbe probe = Http(server.port());
  probe.timeout_ns = 50 * kMillisecond;
  EXPECT_FALSE(CheckOnce(probe, Env()));
}

TEST(GrpcProbeTest, TheServiceHasToBeServing) {
  const TestServer server([](int connection) {
    ServeGrpcHealth(connection, [](const std::string& service) {
      return service.empty() || service == "up" ? 1 : service == "down" ? 2 : 0;
    });
  });
  EXPECT_TRUE(CheckOnce(Grpc(server.port()), Env()));
  EXPECT_TRUE(CheckOnce(Grpc(server.port(), "up"), Env()));
  EXPECT_FALSE(CheckOnce(Grpc(server.port(), "down"), Env()));
  EXPECT_FALSE(CheckOnce(Grpc(server.port(), "nobody"), Env()));
  EXPECT_FALSE(CheckOnce(Grpc(server.port(), std::string(16'384, 's')), Env()));
}

// Takes the request and sends these bytes.
void Answer(int connection, std::string_view bytes) {
  char buffer[4096];
  (void)!read(connection, buffer, sizeof buffer);
  SendAll(connection, bytes);
}

// Whatever is sent is answered by this until the client has gone.
void SendForEver(int connection, const std::string& first,
                 const std::string& then) {
  for (bool ok = SendAll(connection, first); ok;)
    ok = SendAll(connection, then);
}

struct GrpcServerCase {
  const char* name;
  void (*talk)(int connection);
  bool good;
};

class GrpcServerTest : public testing::TestWithParam<GrpcServerCase> {};

// None of these comes to the end of the time.
TEST_P(GrpcServerTest, Means) {
  const TestServer server(GetParam().talk);
  LaunchProbe probe = Grpc(server.port());
  EXPECT_EQ(CheckOnce(probe, Env()), GetParam().good);
}

const std::string& GoodAnswer() {
  static const auto* answer =
      new std::string(Frame("\4\0\0"s, "") + GrpcHeaders() +
                      GrpcMessage("\x08\1") + GrpcTrailers("0"));
  return *answer;
}

INSTANTIATE_TEST_SUITE_P(
    GrpcProbe, GrpcServerTest,
    testing::Values(
        GrpcServerCase{"AnswersAtOnce",
                       [](int connection) { Answer(connection, GoodAnswer()); },
                       true},
        GrpcServerCase{"AnswersByteByByte",
                       [](int connection) {
                         Answer(connection, "");
                         for (const char c : GoodAnswer()) {
                           SendAll(connection, std::string_view(&c, 1));
                         }
                       },
                       true},
        GrpcServerCase{"SpeaksHttp1",
                       [](int connection) {
                         Answer(connection, "HTTP/1.1 400 Bad Request\r\n\r\n");
                       },
                       false},
        GrpcServerCase{"SpeaksTls",
                       [](int connection) {
                         Answer(connection, "\x15\x03\x01\0\x02\x02\x46"s);
                       },
                       false},
        GrpcServerCase{"HangsUp", [](int) {}, false},
        GrpcServerCase{"HangsUpBeforeTheStatus",
                       [](int connection) {
                         Answer(connection, Frame("\4\0\0"s, "") +
                                                GrpcHeaders() +
                                                GrpcMessage("\x08\1"));
                       },
                       false},
        GrpcServerCase{"HangsUpWithinAFrame",
                       [](int connection) {
                         Answer(connection, GoodAnswer().substr(
                                                0, GoodAnswer().size() - 1));
                       },
                       false},
        GrpcServerCase{"EndlessHeaders",
                       [](int connection) {
                         SendForEver(
                             connection, Frame("\1\0\1"s, "\x88"),
                             Frame("\x09\0\1"s, std::string(16'384, '\x88')));
                       },
                       false},
        GrpcServerCase{"EndlessMessage",
                       [](int connection) {
                         SendForEver(
                             connection, GrpcHeaders(),
                             Frame("\0\0\1"s, std::string(16'384, 'x')));
                       },
                       false},
        GrpcServerCase{"AFrameOf16Megabytes",
                       [](int connection) {
                         SendForEver(connection, "\xff\xff\xff\1\4\0\0\0\1"s,
                                     std::string(16'384, '\x88'));
                       },
                       false}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(GrpcProbeTest, NothingIsAFailureWhenTheTimeIsOver) {
  constexpr void (*kServers[])(int) = {
      SayNothing,
      // Settings and no more.
      [](int connection) {
        SendAll(connection, Frame("\4\0\0"s, ""));
        SayNothing(connection);
      },
      // Wants answers all the time, and reads none.
      [](int connection) {
        SendForEver(connection, "", Frame("\6\0\0"s, "are you?"));
      },
      // Frames that are not known, for ever.
      [](int connection) {
        SendForEver(connection, "",
                    Frame("\x42\0\1"s, std::string(16'384, 'x')));
      }};
  for (const auto talk : kServers) {
    const TestServer server(talk);
    LaunchProbe probe = Grpc(server.port());
    probe.timeout_ns = 50 * kMillisecond;
    EXPECT_FALSE(CheckOnce(probe, Env()));
  }
}

TEST(GrpcProbeTest, SomebodyHasToListen) {
  int port = 0;
  {
    const TestServer server(SayNothing);
    port = server.port();
  }
  EXPECT_FALSE(CheckOnce(Grpc(port), Env()));
}

size_t OpenFiles() {
  size_t count = 0;
  for (int fd = 0; fd < 1000; ++fd) count += fcntl(fd, F_GETFD) >= 0;
  return count;
}

TEST(GrpcProbeTest, LeavesNoFileOpen) {
  const TestServer good(
      [](int connection) { Answer(connection, GoodAnswer()); });
  const TestServer bad([](int connection) { Answer(connection, "no"); });
  const size_t before = OpenFiles();
  EXPECT_TRUE(CheckOnce(Grpc(good.port()), Env()));
  EXPECT_FALSE(CheckOnce(Grpc(bad.port()), Env()));
  EXPECT_EQ(OpenFiles(), before);
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
