#include "launcher/grpc_health_testing.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>

namespace colocation::launcher {

using std::string_literals::operator""s;

std::string Frame(std::string_view head, std::string_view payload) {
  const size_t size = payload.size();
  std::string frame = {static_cast<char>(size >> 16),
                       static_cast<char>(size >> 8), static_cast<char>(size)};
  frame.append(head.substr(0, 2)).append(3, '\0').append(head.substr(2));
  return frame.append(payload);
}

std::string GrpcHeaders() {
  return Frame("\1\4\1"s,
               "\x88\x5f\x10"
               "application/grpc"s);
}

std::string GrpcMessage(std::string_view message) {
  return Frame("\0\0\1"s, "\0\0\0\0"s + static_cast<char>(message.size()) +
                              std::string(message));
}

std::string GrpcTrailers(std::string_view status) {
  return Frame("\1\5\1"s, "\0\x0bgrpc-status"s +
                              static_cast<char>(status.size()) +
                              std::string(status));
}

TestServer::TestServer(const std::function<void(int connection)>& talk,
                       int family) {
  const int listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
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
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
      const int connection = accept(listener, nullptr, nullptr);
      if (connection < 0) _exit(1);
      const int yes = 1;
      setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      talk(connection);
      // Bytes that have come and were not read would make the kernel throw away
      // what the client has not read yet.
      shutdown(connection, SHUT_WR);
      char rest[4096];
      while (read(connection, rest, sizeof rest) > 0) {
      }
      close(connection);
    }
  }
  close(listener);
}

TestServer::~TestServer() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

bool SendAll(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n =
        send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

namespace {

bool ReadExactly(int connection, size_t size, std::string* bytes) {
  bytes->resize(size);
  return size == 0 || recv(connection, bytes->data(), size, MSG_WAITALL) ==
                          static_cast<ssize_t>(size);
}

}  // namespace

void ServeGrpcHealth(
    int connection,
    const std::function<int(const std::string& service)>& status) {
  constexpr char kPreface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  std::string bytes;
  if (!ReadExactly(connection, sizeof kPreface - 1, &bytes) ||
      bytes != kPreface ||
      !SendAll(connection,
               Frame("\4\0\0"s, "") + Frame("\6\0\0"s, "are you?"))) {
    return;
  }
  bool asked = false, settled = false, there = false;
  std::string service;
  while (!asked || !settled || !there) {
    if (!ReadExactly(connection, 9, &bytes)) return;
    const std::string head = bytes;
    const size_t size = static_cast<size_t>(static_cast<uint8_t>(head[1]) << 8 |
                                            static_cast<uint8_t>(head[2]));
    if (!ReadExactly(connection, size, &bytes)) return;
    const std::string frame = head.substr(3, 2);
    if (frame == "\4\1"s) settled = true;
    if (frame == "\6\1"s) there = bytes == "are you?";
    if (frame == "\0\1"s) {
      asked = true;
      // A byte for compression, four of the size; the field and its size.
      if (size > 5) service = bytes.substr(7);
    }
  }
  const int serving = status(service);
  if (serving == 0) {
    SendAll(connection, GrpcTrailers("5"));  // NOT_FOUND
    return;
  }
  SendAll(connection, GrpcHeaders() +
                          GrpcMessage("\x08"s + static_cast<char>(serving)) +
                          GrpcTrailers("0"));
}

}  // namespace colocation::launcher
