#include "colocation/cel/text.h"

namespace colocation::cel {

void AppendUtf8(uint32_t c, std::string* text) {
  const auto add = [&](uint32_t byte) {
    text->push_back(static_cast<char>(byte));
  };
  if (c < 0x80) {
    add(c);
    return;
  }
  if (c < 0x800) {
    add(0xC0 | c >> 6);
  } else if (c < 0x10000) {
    add(0xE0 | c >> 12);
    add(0x80 | (c >> 6 & 0x3F));
  } else {
    add(0xF0 | c >> 18);
    add(0x80 | (c >> 12 & 0x3F));
    add(0x80 | (c >> 6 & 0x3F));
  }
  add(0x80 | (c & 0x3F));
}

bool TakeUtf8(std::string_view text, size_t* at, uint32_t* code_point) {
  const auto byte = [&](size_t i) {
    return static_cast<unsigned char>(text[*at + i]);
  };
  const uint32_t first = byte(0);
  const size_t more = first < 0x80             ? 0
                      : (first & 0xE0) == 0xC0 ? 1
                      : (first & 0xF0) == 0xE0 ? 2
                      : (first & 0xF8) == 0xF0 ? 3
                                               : 4;
  if (more == 4 || text.size() - *at <= more) return false;
  uint32_t c = more == 0 ? first : first & (0x3F >> more);
  for (size_t i = 1; i <= more; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return false;
    c = c << 6 | (byte(i) & 0x3F);
  }
  constexpr uint32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
  if (c < kLeast[more] || !IsCodePoint(c)) return false;
  *at += more + 1;
  *code_point = c;
  return true;
}

bool IsUtf8(std::string_view text) {
  uint32_t code_point;
  for (size_t at = 0; at < text.size();) {
    if (!TakeUtf8(text, &at, &code_point)) return false;
  }
  return true;
}

}  // namespace colocation::cel
