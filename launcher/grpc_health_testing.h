// What a gRPC health server sends, and servers to send it, for tests of those
// who ask.
#ifndef COLOCATION_LAUNCHER_GRPC_HEALTH_TESTING_H_
#define COLOCATION_LAUNCHER_GRPC_HEALTH_TESTING_H_

#include <sys/socket.h>
#include <sys/types.h>

#include <functional>
#include <string>
#include <string_view>

namespace colocation::launcher {

// One of HTTP/2. The head is "TYPE FLAGS STREAM", in a byte each.
std::string Frame(std::string_view head, std::string_view payload);

// ":status: 200" and the content type.
std::string GrpcHeaders();
// A HealthCheckResponse, as it is.
std::string GrpcMessage(std::string_view message);
// "grpc-status", at the end of the call.
std::string GrpcTrailers(std::string_view status);

// A server in a child process, on a port of its own. It talks to one client
// after the other, and ends with this object.
class TestServer {
 public:
  // `talk` is given each connection, which is closed afterwards.
  explicit TestServer(const std::function<void(int connection)>& talk,
                      int family = AF_INET);
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;
  ~TestServer();

  bool listening() const { return listening_; }
  int port() const { return port_; }

 private:
  bool listening_ = false;
  int port_ = 0;
  pid_t pid_ = -1;
};

// False once the client has gone.
bool SendAll(int connection, std::string_view bytes);

// Speaks to a client as grpc.health.v1.Health does. It answers only when its
// settings have been acknowledged, and a ping been answered. `status` gives the
// ServingStatus of a service (1: SERVING, 2: NOT_SERVING), or 0 where there is
// no such service.
void ServeGrpcHealth(
    int connection,
    const std::function<int(const std::string& service)>& status);

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_GRPC_HEALTH_TESTING_H_
