// What a gRPC health server may send to a probe, whole and in pieces. How it is
// cut makes no difference, and only a whole answer is a good one.
#include "launcher/grpc_health.h"
#include "launcher/grpc_health_testing.h"
#include "tests/fuzz/fuzz_target.h"

namespace colocation::fuzz {

using std::string_literals::operator""s;

std::vector<std::string> Seeds() {
  using namespace launcher;
  const std::string settings = Frame("\4\0\0"s, "\0\1\0\0\x10\0"s);
  const std::string serving = GrpcMessage("\x08\1");
  return {
      settings + GrpcHeaders() + serving + GrpcTrailers("0"),
      settings + GrpcHeaders() + GrpcMessage("\x08\2") + GrpcTrailers("0"),
      settings + GrpcTrailers("5"),
      Frame("\6\0\0"s, "12345678") + Frame("\7\0\0"s, "\0\0\0\1\0\0\0\0"s) +
          GrpcHeaders() + serving + GrpcTrailers("0"),
      // Padding and a priority, parts of headers, Huffman's code.
      Frame("\1\x28\1"s, "\2\0\0\0\0\0\x88\0\0"s) +
          Frame("\x09\4\1"s, "\x20\x5f\1x"s) +
          Frame("\0\x08\1"s, "\1\0\0\0\0\2\x08\1\0"s) +
          Frame("\1\5\1"s, "\x40\x88\x9a\xca\xc8\xb2\x12\x34\xda\x8f\x81\x07"s),
      // Fields that are not known.
      GrpcHeaders() +
          GrpcMessage("\x12\2xy\x19"s
                      "12345678\x25"
                      "1234\x08\1"s) +
          GrpcTrailers("0"),
  };
}

std::vector<std::string> Words() {
  return {"grpc-status",
          "\xff\xff\xff\xff\xff",
          "\x80",
          "\x7f",
          "\x08\1",
          std::string(9, '\0'),
          launcher::Frame("\4\1\0"s, ""),
          launcher::Frame("\3\0\1"s, "\0\0\0\x08"s),
          launcher::GrpcHeaders(),
          launcher::GrpcMessage("\x08\1"),
          launcher::GrpcTrailers("0")};
}

}  // namespace colocation::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace colocation::launcher;
  using namespace colocation::fuzz;
  const std::string_view answer = ToText(data, size);
  GrpcHealthCheck whole("h:1", "db");
  whole.Read(answer);
  const std::string output = whole.TakeOutput();
  Require(whole.done() || !whole.serving(), "who is serving has answered");
  Require(output.size() < 256 + 2 * size, "no more is said than was heard");
  for (const size_t piece : {size_t{1}, size_t{7}}) {
    GrpcHealthCheck cut("h:1", "db");
    std::string said;
    for (size_t at = 0; at < size; at += piece) {
      cut.Read(answer.substr(at, piece));
      said += cut.TakeOutput();
    }
    if (size == 0) said = cut.TakeOutput();
    Require(cut.done() == whole.done() && cut.serving() == whole.serving() &&
                said == output,
            "how it is cut makes no difference");
  }
  return 0;
}
