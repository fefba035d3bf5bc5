#include "colocation/decode/scalar.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/charconv.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace colocation {
namespace {

bool IsOneOf(absl::string_view text,
             std::initializer_list<absl::string_view> words) {
  for (absl::string_view word : words) {
    if (text == word) return true;
  }
  return false;
}

Scalar Bool(bool value) {
  Scalar scalar;
  scalar.type = Scalar::Type::kBool;
  scalar.bool_value = value;
  return scalar;
}

Scalar Float(double value) {
  Scalar scalar;
  scalar.type = Scalar::Type::kFloat;
  scalar.float_value = value;
  return scalar;
}

// Go's strconv.ParseInt(text, 0, 64), then ParseUint: base by prefix.
bool ParseInteger(absl::string_view text, Scalar* scalar) {
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  int base = 10;
  if (text.size() > 1 && text[0] == '0') {
    const char mark = absl::ascii_tolower(text[1]);
    base = mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 0;
    text.remove_prefix(base == 0 ? 1 : 2);
    if (base == 0) base = 8;
  }
  uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc() ||
      end != text.data() + text.size()) {
    return false;
  }
  constexpr uint64_t kHalf = uint64_t{1} << 63;
  if (negative ? value > kHalf : false) return false;
  scalar->type = Scalar::Type::kInt;
  scalar->is_unsigned = !negative && value >= kHalf;
  scalar->unsigned_value = value;
  scalar->int_value = static_cast<int64_t>(negative ? ~value + 1 : value);
  return true;
}

// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool LooksLikeFloat(absl::string_view text) {
  size_t i = 0;
  const auto digits = [&] {
    const size_t start = i;
    while (i < text.size() && absl::ascii_isdigit(text[i])) ++i;
    return i - start;
  };
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
  const size_t whole = digits();
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (digits() == 0 && whole == 0) return false;
  } else if (whole == 0) {
    return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
    if (digits() == 0) return false;
  }
  return i == text.size();
}

bool ParseFloat(absl::string_view text, double* value) {
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  const auto result =
      absl::from_chars(text.data(), text.data() + text.size(), *value);
  return result.ec == std::errc() && result.ptr == text.data() + text.size();
}

}  // namespace

Scalar ResolvePlainScalar(absl::string_view text) {
  Scalar scalar;
  if (text.empty()) {
    scalar.type = Scalar::Type::kNull;
    return scalar;
  }
  const char first = text[0];
  const bool number = absl::ascii_isdigit(first) || first == '-' ||
                      first == '+' || first == '.';
  if (!number) {
    constexpr absl::string_view kFirst = "yYnNtTfFoO~";
    if (kFirst.find(first) == absl::string_view::npos) return scalar;
    if (IsOneOf(text, {"~", "null", "Null", "NULL"})) {
      scalar.type = Scalar::Type::kNull;
    } else if (IsOneOf(text, {"y", "Y", "yes", "Yes", "YES", "true", "True",
                              "TRUE", "on", "On", "ON"})) {
      return Bool(true);
    } else if (IsOneOf(text, {"n", "N", "no", "No", "NO", "false", "False",
                              "FALSE", "off", "Off", "OFF"})) {
      return Bool(false);
    }
    return scalar;
  }
  if (IsOneOf(text, {".nan", ".NaN", ".NAN"})) {
    return Float(std::numeric_limits<double>::quiet_NaN());
  }
  if (IsOneOf(text, {".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"})) {
    return Float(std::numeric_limits<double>::infinity());
  }
  if (IsOneOf(text, {"-.inf", "-.Inf", "-.INF"})) {
    return Float(-std::numeric_limits<double>::infinity());
  }
  std::string plain;
  if (absl::StrContains(text, "_") && first != '.') {
    for (char c : text) {
      if (c != '_') plain.push_back(c);
    }
    text = plain;
  }
  if (first != '.' && ParseInteger(text, &scalar)) return scalar;
  double value = 0;
  if (LooksLikeFloat(text) && ParseFloat(text, &value)) return Float(value);
  return Scalar();
}

std::string JsonText(const Scalar& scalar) {
  switch (scalar.type) {
    case Scalar::Type::kNull:
      return "null";
    case Scalar::Type::kBool:
      return scalar.bool_value ? "true" : "false";
    case Scalar::Type::kInt:
      return scalar.is_unsigned ? absl::StrCat(scalar.unsigned_value)
                                : absl::StrCat(scalar.int_value);
    case Scalar::Type::kFloat:
    case Scalar::Type::kString:
      break;
  }
  // encoding/json: the shortest decimal that reads back, in exponent form only
  // for very large and very small numbers.
  char buffer[40];
  const auto end =
      std::to_chars(buffer, buffer + sizeof(buffer), scalar.float_value,
                    std::chars_format::scientific);
  absl::string_view shortest(buffer, end.ptr - buffer);
  const size_t e = shortest.find('e');
  if (e == absl::string_view::npos) return std::string(shortest);  // inf, nan
  int exponent = 0;
  (void)absl::SimpleAtoi(shortest.substr(e + 1), &exponent);
  shortest = shortest.substr(0, e);
  const bool negative = absl::ConsumePrefix(&shortest, "-");
  std::string digits = absl::StrCat(
      shortest.substr(0, 1), shortest.size() > 1 ? shortest.substr(2) : "");
  const absl::string_view sign = negative ? "-" : "";
  if (scalar.float_value != 0 && (exponent < -6 || exponent >= 21)) {
    return absl::StrCat(sign, shortest, "e", exponent < 0 ? "-" : "+",
                        std::abs(exponent));
  }
  if (exponent < 0) {
    return absl::StrCat(sign, "0.", std::string(-exponent - 1, '0'), digits);
  }
  const size_t whole = exponent + 1;
  if (digits.size() <= whole) {
    return absl::StrCat(sign, digits, std::string(whole - digits.size(), '0'));
  }
  return absl::StrCat(sign, digits.substr(0, whole), ".", digits.substr(whole));
}

absl::string_view Describe(Scalar::Type type) {
  switch (type) {
    case Scalar::Type::kNull:
      return "null";
    case Scalar::Type::kBool:
      return "the Boolean";
    case Scalar::Type::kInt:
    case Scalar::Type::kFloat:
      return "the number";
    case Scalar::Type::kString:
      break;
  }
  return "the string";
}

}  // namespace colocation
