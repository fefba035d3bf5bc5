#include "colocation/cel/number.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

#include "colocation/cel/text.h"

namespace colocation::cel {
namespace {

template <typename Number>
bool ParseInteger(std::string_view text, int base, Number* value) {
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), *value, base);
  return error == std::errc() && end == text.data() + text.size();
}

bool TakeDigits(std::string_view* text) {
  size_t count = 0;
  while (count < text->size() && IsDigit((*text)[count])) ++count;
  text->remove_prefix(count);
  return count > 0;
}

bool TakeSign(std::string_view* text) {
  if (text->empty() || !Contains("+-", text->front())) return false;
  text->remove_prefix(1);
  return true;
}

bool IsDecimal(std::string_view text) {
  TakeSign(&text);
  bool digits = TakeDigits(&text);
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    digits = TakeDigits(&text) || digits;
  }
  if (!digits) return false;
  if (text.empty()) return true;
  if (ToLower(text.front()) != 'e') return false;
  text.remove_prefix(1);
  TakeSign(&text);
  return TakeDigits(&text) && text.empty();
}

// Of a decimal number that is not zero: whether it is below 1.
bool IsSmall(std::string_view text) {
  const size_t e = std::min(text.find_first_of("eE"), text.size());
  const std::string_view digits = text.substr(0, e);
  const size_t point = std::min(digits.find('.'), digits.size());
  const size_t first = digits.find_first_of("123456789");
  // Of the first digit: 0 for units.
  int64_t power = static_cast<int64_t>(point) - static_cast<int64_t>(first);
  if (power > 0) --power;
  int64_t exponent = 0;
  for (const char c : text.substr(e)) {
    if (IsDigit(c) && exponent < 1'000'000'000) {
      exponent = exponent * 10 + (c - '0');
    }
  }
  return power + (Contains(text.substr(e), '-') ? -exponent : exponent) < 0;
}

}  // namespace

bool ParseLiteral(std::string_view text, int64_t* value) {
  const bool negative = text.starts_with('-');
  const std::string_view digits = text.substr(negative ? 1 : 0);
  if (!digits.starts_with("0x")) return ParseInteger(text, 10, value);
  uint64_t magnitude = 0;
  if (!ParseInteger(digits.substr(2), 16, &magnitude)) return false;
  constexpr uint64_t kMost = std::numeric_limits<int64_t>::max();
  if (magnitude > kMost + (negative ? 1 : 0)) return false;
  *value = static_cast<int64_t>(negative ? 0 - magnitude : magnitude);
  return true;
}

bool ParseLiteral(std::string_view text, uint64_t* value) {
  return text.starts_with("0x") ? ParseInteger(text.substr(2), 16, value)
                                : ParseInteger(text, 10, value);
}

bool ParseDecimal(std::string_view text, int64_t* value) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return false;
  }
  return ParseInteger(text, 10, value);
}

bool ParseDecimal(std::string_view text, uint64_t* value) {
  return ParseInteger(text, 10, value);
}

bool ParseDouble(std::string_view text, double* value) {
  if (!IsDecimal(text)) return false;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), *value);
  if (end != text.data() + text.size()) return false;
  if (error == std::errc()) return std::isfinite(*value);
  // Out of range: too small is zero.
  *value = text.starts_with('-') ? -0.0 : 0.0;
  return IsSmall(text);
}

std::string FormatDouble(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  char buffer[32];
  // "-d.ddde-XX" with the fewest digits.
  const char* end = std::to_chars(buffer, buffer + sizeof buffer, value,
                                  std::chars_format::scientific)
                        .ptr;
  const std::string_view text(buffer, static_cast<size_t>(end - buffer));
  const size_t e = text.find('e');
  int exponent = 0;
  ParseInteger(text.substr(e + (text[e + 1] == '+' ? 2 : 1)), 10, &exponent);
  std::string digits;
  for (const char c : text.substr(0, e)) {
    if (IsDigit(c)) digits.push_back(c);
  }
  // strconv.FormatFloat takes its precision to be 6 for this.
  if (exponent < -4 || exponent >= 6) return std::string(text);
  const int count = static_cast<int>(digits.size());
  std::string out = text.starts_with('-') ? "-" : "";
  if (exponent < 0) {
    return out + "0." + std::string(static_cast<size_t>(-exponent - 1), '0') +
           digits;
  }
  if (count <= exponent + 1) {
    return out + digits +
           std::string(static_cast<size_t>(exponent + 1 - count), '0');
  }
  return out + digits.substr(0, static_cast<size_t>(exponent) + 1) + "." +
         digits.substr(static_cast<size_t>(exponent) + 1);
}

}  // namespace colocation::cel
