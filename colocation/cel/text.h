// What this folder needs of characters and texts, so that it needs nothing but
// the C++ standard library.
#ifndef COLOCATION_CEL_TEXT_H_
#define COLOCATION_CEL_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace colocation::cel {

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr char ToLower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
constexpr bool IsLetter(char c) {
  return ToLower(c) >= 'a' && ToLower(c) <= 'z';
}
constexpr bool IsLetterOrDigit(char c) { return IsLetter(c) || IsDigit(c); }
constexpr bool IsHexDigit(char c) {
  return IsDigit(c) || (ToLower(c) >= 'a' && ToLower(c) <= 'f');
}
// Of a hexadecimal digit.
constexpr uint32_t DigitValue(char c) {
  return static_cast<uint32_t>(IsDigit(c) ? c - '0' : ToLower(c) - 'a' + 10);
}

inline bool Contains(std::string_view text, char c) {
  return text.find(c) != text.npos;
}

template <typename... Parts>
void Append(std::string* text, const Parts&... parts) {
  (text->append(std::string_view(parts)), ...);
}
template <typename... Parts>
std::string Concat(const Parts&... parts) {
  std::string text;
  Append(&text, parts...);
  return text;
}

// The largest code point; those of surrogates are none.
inline constexpr uint32_t kMaxCodePoint = 0x10FFFF;
constexpr bool IsCodePoint(uint32_t c) {
  return c <= kMaxCodePoint && (c < 0xD800 || c > 0xDFFF);
}

void AppendUtf8(uint32_t code_point, std::string* text);

// Takes the code point at `*at`, which is before the end. False, and `*at`
// stays, where there is none.
bool TakeUtf8(std::string_view text, size_t* at, uint32_t* code_point);

bool IsUtf8(std::string_view text);

}  // namespace colocation::cel

#endif  // COLOCATION_CEL_TEXT_H_
