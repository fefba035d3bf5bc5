#include "colocation/syntax/quantity.h"

#include <algorithm>
#include <array>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace colocation {
namespace {

using absl::int128;

constexpr int128 kNanosPerUnit = 1'000'000'000;
const int128 kMaxNanos =
    int128(std::numeric_limits<int64_t>::max()) * kNanosPerUnit;

struct Suffix {
  absl::string_view text;
  Quantity::Notation notation;
  int base;      // 10 or 2
  int exponent;  // of the base
};

constexpr std::array<Suffix, 16> kSuffixes = {{
    {"n", Quantity::Notation::kDecimalSuffix, 10, -9},
    {"u", Quantity::Notation::kDecimalSuffix, 10, -6},
    {"m", Quantity::Notation::kDecimalSuffix, 10, -3},
    {"", Quantity::Notation::kDecimalSuffix, 10, 0},
    {"k", Quantity::Notation::kDecimalSuffix, 10, 3},
    {"M", Quantity::Notation::kDecimalSuffix, 10, 6},
    {"G", Quantity::Notation::kDecimalSuffix, 10, 9},
    {"T", Quantity::Notation::kDecimalSuffix, 10, 12},
    {"P", Quantity::Notation::kDecimalSuffix, 10, 15},
    {"E", Quantity::Notation::kDecimalSuffix, 10, 18},
    {"Ki", Quantity::Notation::kBinarySuffix, 2, 10},
    {"Mi", Quantity::Notation::kBinarySuffix, 2, 20},
    {"Gi", Quantity::Notation::kBinarySuffix, 2, 30},
    {"Ti", Quantity::Notation::kBinarySuffix, 2, 40},
    {"Pi", Quantity::Notation::kBinarySuffix, 2, 50},
    {"Ei", Quantity::Notation::kBinarySuffix, 2, 60},
}};

// "e3", "E-6": a decimal exponent. Nothing where it isn't one.
std::optional<int> ParseExponent(absl::string_view text) {
  if (text.size() < 2 || (text[0] != 'e' && text[0] != 'E')) return {};
  text.remove_prefix(1);
  const bool negative = text[0] == '-';
  if (text[0] == '-' || text[0] == '+') text.remove_prefix(1);
  if (text.empty()) return {};
  int value = 0;
  for (char c : text) {
    if (!absl::ascii_isdigit(c)) return {};
    // Beyond this every digit is capped or rounded to one billionth anyhow.
    value = std::min(value * 10 + (c - '0'), 1000);
  }
  return negative ? -value : value;
}

// digits * 10^exponent10 * 2^exponent2 in billionths, away from zero, capped.
int128 ScaleToNanos(int128 digits, int exponent10, int exponent2) {
  if (digits == 0) return 0;
  exponent10 += 9;
  // Nothing can be too large yet: one step instead of many.
  if (digits < int128(1) << 32) {
    digits <<= exponent2;
    exponent2 = 0;
  }
  for (; exponent2 > 0; --exponent2) {
    if (digits > kMaxNanos) {
      if (exponent10 >= 0) return kMaxNanos;
      digits = (digits + 9) / 10;
      ++exponent10;
    }
    digits *= 2;
  }
  for (; exponent10 > 0; --exponent10) {
    if (digits > kMaxNanos) return kMaxNanos;
    digits *= 10;
  }
  bool inexact = false;
  for (; exponent10 < 0 && digits > 0; ++exponent10) {
    inexact |= digits % 10 != 0;
    digits /= 10;
  }
  return std::min(digits + (inexact ? 1 : 0), kMaxNanos);
}

std::string Int128ToString(int128 value) {
  if (value == absl::Int128Low64(value)) {
    return absl::StrCat(absl::Int128Low64(value));
  }
  std::string digits;
  const bool negative = value < 0;
  for (absl::uint128 rest(negative ? -value : value); rest > 0; rest /= 10) {
    digits.push_back(static_cast<char>('0' + static_cast<int>(rest % 10)));
  }
  if (negative) digits.push_back('-');
  std::reverse(digits.begin(), digits.end());
  return digits;
}

int128 CeilDivide(int128 value, int128 divisor) {
  const int128 quotient = value / divisor;
  return value % divisor > 0 ? quotient + 1 : quotient;
}

}  // namespace

Quantity::Quantity(int128 nanos, Notation notation)
    : nanos_(std::clamp(nanos, -kMaxNanos, kMaxNanos)), notation_(notation) {}

Quantity Quantity::FromNanos(int128 nanos, Notation notation) {
  return Quantity(nanos, notation);
}

std::optional<Quantity> Quantity::Parse(absl::string_view text) {
  bool negative = false;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  // Up to 37 digits are exact; what follows can only round.
  constexpr int kMaxDigits = 30;
  int128 digits = 0;
  int taken = 0;
  int exponent = 0;
  bool any_digit = false;
  bool after_point = false;
  bool inexact = false;
  size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.' && !after_point) {
      after_point = true;
      continue;
    }
    if (!absl::ascii_isdigit(c)) break;
    any_digit = true;
    if (taken == 0 && c == '0' && !after_point) continue;
    if (taken < kMaxDigits) {
      digits = digits * 10 + (c - '0');
      if (digits != 0) ++taken;
      if (after_point) --exponent;
    } else {
      inexact |= c != '0';
      if (!after_point) ++exponent;
    }
  }
  if (!any_digit) return {};
  if (inexact) digits += 1;
  const absl::string_view suffix = text.substr(i);
  int exponent2 = 0;
  Notation notation = Notation::kDecimalSuffix;
  const auto known =
      std::find_if(kSuffixes.begin(), kSuffixes.end(),
                   [&](const Suffix& s) { return s.text == suffix; });
  if (known != kSuffixes.end()) {
    notation = known->notation;
    (known->base == 10 ? exponent : exponent2) += known->exponent;
  } else if (const auto e = ParseExponent(suffix)) {
    notation = Notation::kExponent;
    exponent += *e;
  } else {
    return {};
  }
  const int128 nanos = ScaleToNanos(digits, exponent, exponent2);
  return Quantity(negative ? -nanos : nanos, notation);
}

int64_t Quantity::CeilUnits() const {
  return static_cast<int64_t>(CeilDivide(nanos_, kNanosPerUnit));
}

int128 Quantity::CeilMillis() const { return CeilDivide(nanos_, 1'000'000); }

std::string Quantity::ToString() const {
  if (nanos_ == 0) return "0";
  const int128 size = nanos_ < 0 ? -nanos_ : nanos_;
  if (notation_ == Notation::kBinarySuffix && size >= 1024 * kNanosPerUnit &&
      nanos_ % kNanosPerUnit == 0) {
    int128 units = nanos_ / kNanosPerUnit;
    size_t suffix = 9;  // one before "Ki"
    while (units % 1024 == 0 && suffix + 1 < kSuffixes.size()) {
      units /= 1024;
      ++suffix;
    }
    return absl::StrCat(Int128ToString(units),
                        suffix == 9 ? "" : kSuffixes[suffix].text);
  }
  int128 mantissa = nanos_;
  size_t suffix = 0;
  while (mantissa % 1000 == 0 && suffix < 9) {
    mantissa /= 1000;
    ++suffix;
  }
  if (notation_ == Notation::kExponent) {
    const int exponent = kSuffixes[suffix].exponent;
    return exponent == 0
               ? Int128ToString(mantissa)
               : absl::StrCat(Int128ToString(mantissa), "e", exponent);
  }
  return absl::StrCat(Int128ToString(mantissa), kSuffixes[suffix].text);
}

Quantity& Quantity::operator+=(const Quantity& other) {
  if (is_zero()) notation_ = other.notation_;
  nanos_ = std::clamp(nanos_ + other.nanos_, -kMaxNanos, kMaxNanos);
  return *this;
}

}  // namespace colocation
