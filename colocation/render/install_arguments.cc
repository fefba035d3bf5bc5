#include "colocation/render/install_arguments.h"

#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "colocation/decode/encode.h"

namespace colocation {
namespace {

// In UTF-8 every byte of a character but its first is 10xxxxxx.
bool IsContinuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

}  // namespace

std::vector<std::string> InstallArguments(const v1::InstallSpec& install,
                                          size_t limit) {
  // A dollar sign can only stand inside of a JSON string.
  const std::string json =
      absl::StrReplaceAll(ToJson(install), {{"$", "\\u0024"}});
  std::vector<std::string> pieces;
  for (absl::string_view rest = json; !rest.empty();) {
    size_t size = limit;
    if (size < rest.size()) {
      while (size > limit - 3 && IsContinuation(rest[size])) --size;
    } else {
      size = rest.size();
    }
    pieces.emplace_back(rest.substr(0, size));
    rest.remove_prefix(size);
  }
  return pieces;
}

}  // namespace colocation
