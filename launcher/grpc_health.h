// Kubernetes' gRPC probe: one call of grpc.health.v1.Health/Check over HTTP/2
// without TLS, as the kubelet does it (pkg/probe/grpc/grpc.go in Kubernetes).
//
// Just what this one call takes of HTTP/2 (RFC 9113) and HPACK (RFC 7541): one
// stream, and of the headers that come back only `grpc-status`. The server is
// told not to remember headers (a table of size 0), so that there is no state
// to keep of them; and of Huffman's code two words are known, since it doesn't
// matter what the others say.
//
// Bytes in, bytes out: whoever has the connection moves them, and says when
// time is up. Whatever comes in, little is kept: a frame (16 KiB), the answer.
#ifndef COLOCATION_LAUNCHER_GRPC_HEALTH_H_
#define COLOCATION_LAUNCHER_GRPC_HEALTH_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace colocation::launcher {

class GrpcHealthCheck {
 public:
  // `authority` is "HOST:PORT"; an empty `service` asks for the whole server.
  GrpcHealthCheck(std::string_view authority, std::string_view service);

  // What is to be sent next; empty where that is nothing.
  std::string TakeOutput();

  // Any part of what the server has sent.
  void Read(std::string_view bytes);

  // Nothing that comes in will change any more whether it is serving.
  bool done() const { return done_; }
  bool serving() const { return serving_; }

 private:
  struct Frame {
    uint8_t type = 0;
    uint8_t flags = 0;
    uint32_t stream = 0;
    std::string_view payload;
  };

  void Take(const Frame& frame);
  void TakeHeaders(const Frame& frame);
  void Fail() { done_ = true; }

  std::string output_;
  std::string input_;
  // The headers of the call, from HEADERS up to the last CONTINUATION, and then
  // what has come of its body.
  std::string headers_;
  bool within_headers_ = false;
  bool has_headers_ = false;
  bool ends_after_headers_ = false;
  std::string body_;
  bool done_ = false;
  bool serving_ = false;
};

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_GRPC_HEALTH_H_
