#include "colocation/syntax/duration.h"

#include <array>
#include <limits>

#include "absl/numeric/int128.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace colocation {
namespace {

struct Unit {
  absl::string_view text;
  int64_t ns;
};

constexpr int64_t kSecond = 1'000'000'000;

// Longer names before their prefixes.
constexpr std::array<Unit, 8> kUnits = {{
    {"ns", 1},
    {"us", 1'000},
    {"\u00b5s", 1'000},
    {"\u03bcs", 1'000},
    {"ms", 1'000'000},
    {"s", kSecond},
    {"m", 60 * kSecond},
    {"h", 3600 * kSecond},
}};

// Digits at the front of `text`, as a value below 2^63, and how many.
struct Digits {
  absl::int128 value = 0;
  // Of a fraction: what to divide by.
  absl::int128 scale = 1;
  int count = 0;
  bool overflow = false;
};

Digits TakeDigits(absl::string_view& text, bool fraction) {
  Digits digits;
  while (!text.empty() && absl::ascii_isdigit(text[0])) {
    ++digits.count;
    // More digits of a fraction than 18 don't change a nanosecond.
    if (!fraction || digits.count <= 18) {
      digits.value = digits.value * 10 + (text[0] - '0');
      if (fraction) digits.scale *= 10;
      if (digits.value > std::numeric_limits<int64_t>::max()) {
        digits.overflow = true;
        digits.value = 0;
      }
    }
    text.remove_prefix(1);
  }
  return digits;
}

}  // namespace

std::optional<int64_t> ParseDurationNs(absl::string_view text) {
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text == "0") return 0;
  if (text.empty()) return {};
  absl::int128 total = 0;
  while (!text.empty()) {
    const Digits whole = TakeDigits(text, /*fraction=*/false);
    Digits fraction;
    if (!text.empty() && text[0] == '.') {
      text.remove_prefix(1);
      fraction = TakeDigits(text, /*fraction=*/true);
    }
    if (whole.count + fraction.count == 0 || whole.overflow) return {};
    const Unit* unit = nullptr;
    for (const Unit& candidate : kUnits) {
      if (text.substr(0, candidate.text.size()) == candidate.text) {
        unit = &candidate;
        break;
      }
    }
    if (unit == nullptr) return {};
    text.remove_prefix(unit->text.size());
    total +=
        whole.value * unit->ns + fraction.value * unit->ns / fraction.scale;
    if (total > std::numeric_limits<int64_t>::max()) return {};
  }
  const int64_t ns = static_cast<int64_t>(total);
  return negative ? -ns : ns;
}

std::string FormatDurationNs(int64_t ns) {
  if (ns == 0) return "0s";
  const std::string sign = ns < 0 ? "-" : "";
  const absl::uint128 size(ns < 0 ? -absl::int128(ns) : absl::int128(ns));
  const uint64_t rest = static_cast<uint64_t>(size);
  const auto with_fraction = [&](uint64_t value, uint64_t unit,
                                 absl::string_view name) {
    std::string text = absl::StrCat(value / unit);
    uint64_t fraction = value % unit;
    if (fraction != 0) {
      std::string digits = absl::StrCat(unit + fraction).substr(1);
      while (digits.back() == '0') digits.pop_back();
      absl::StrAppend(&text, ".", digits);
    }
    return absl::StrCat(text, name);
  };
  if (rest < 1'000) return absl::StrCat(sign, rest, "ns");
  if (rest < 1'000'000) {
    return absl::StrCat(sign, with_fraction(rest, 1'000, "\u00b5s"));
  }
  if (rest < kSecond) {
    return absl::StrCat(sign, with_fraction(rest, 1'000'000, "ms"));
  }
  const uint64_t minute = 60 * kSecond;
  const uint64_t minutes = rest / minute;
  std::string text = with_fraction(rest % minute, kSecond, "s");
  if (minutes > 0) text = absl::StrCat(minutes % 60, "m", text);
  if (minutes >= 60) text = absl::StrCat(minutes / 60, "h", text);
  return absl::StrCat(sign, text);
}

}  // namespace colocation
