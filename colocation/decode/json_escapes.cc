#include "colocation/decode/json_escapes.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"

namespace colocation {
namespace {

// The code unit of the escape "\uXXXX" at the start of `text`; 0 where there is
// none.
uint32_t EscapedUnit(absl::string_view text) {
  if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') return 0;
  uint32_t unit = 0;
  for (char c : text.substr(2, 4)) {
    if (!absl::ascii_isxdigit(c)) return 0;
    const int digit =
        absl::ascii_isdigit(c) ? c - '0' : absl::ascii_tolower(c) - 'a' + 10;
    unit = unit * 16 + static_cast<uint32_t>(digit);
  }
  return unit;
}

}  // namespace

void AppendUtf8(uint32_t code_point, std::string* text) {
  const auto byte = [text](uint32_t value) {
    text->push_back(static_cast<char>(value));
  };
  if (code_point < 0x80) {
    byte(code_point);
  } else if (code_point < 0x800) {
    byte(0xc0 | (code_point >> 6));
    byte(0x80 | (code_point & 0x3f));
  } else if (code_point < 0x10000) {
    byte(0xe0 | (code_point >> 12));
    byte(0x80 | ((code_point >> 6) & 0x3f));
    byte(0x80 | (code_point & 0x3f));
  } else {
    byte(0xf0 | (code_point >> 18));
    byte(0x80 | ((code_point >> 12) & 0x3f));
    byte(0x80 | ((code_point >> 6) & 0x3f));
    byte(0x80 | (code_point & 0x3f));
  }
}

std::string JoinJsonSurrogates(absl::string_view text) {
  const absl::string_view start = absl::StripLeadingAsciiWhitespace(text);
  if (!absl::StartsWith(start, "{") && !absl::StartsWith(start, "[")) return "";
  if (!absl::StrContains(text, "\\ud") && !absl::StrContains(text, "\\uD"))
    return "";
  std::string joined;
  joined.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const uint32_t high = EscapedUnit(text.substr(i));
    const uint32_t low =
        high >= 0xd800 && high < 0xdc00 ? EscapedUnit(text.substr(i + 6)) : 0;
    if (low >= 0xdc00 && low < 0xe000) {
      AppendUtf8(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00), &joined);
      i += 12;
      continue;
    }
    // An escaped backslash does not start an escape.
    const size_t width = text[i] == '\\' && i + 1 < text.size() ? 2 : 1;
    joined.append(text.data() + i, width);
    i += width;
  }
  return joined;
}

}  // namespace colocation
