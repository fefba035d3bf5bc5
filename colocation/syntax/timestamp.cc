#include "colocation/syntax/timestamp.h"

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

namespace colocation {
namespace {

// Takes a number of `least` to `most` digits off the front; -1 without one.
int TakeNumber(size_t least, size_t most, absl::string_view* text) {
  size_t digits = 0;
  int number = 0;
  while (digits < most && digits < text->size() &&
         absl::ascii_isdigit((*text)[digits])) {
    number = number * 10 + ((*text)[digits] - '0');
    ++digits;
  }
  if (digits < least) return -1;
  text->remove_prefix(digits);
  return number;
}

bool InRange(int number, int low, int high) {
  return low <= number && number <= high;
}

int DaysIn(int month, int year) {
  if (month == 2) {
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return leap ? 29 : 28;
  }
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

bool TakeFraction(absl::string_view* text) {
  if (text->empty() || (text->front() != '.' && text->front() != ',')) {
    return true;
  }
  size_t digits = 1;
  while (digits < text->size() && absl::ascii_isdigit((*text)[digits])) {
    ++digits;
  }
  text->remove_prefix(digits);
  return digits > 1;
}

bool IsOffset(absl::string_view text) {
  if (text == "Z") return true;
  if (!absl::ConsumePrefix(&text, "+") && !absl::ConsumePrefix(&text, "-")) {
    return false;
  }
  const int hours = TakeNumber(2, 2, &text);
  if (!InRange(hours, 0, 24) || !absl::ConsumePrefix(&text, ":")) return false;
  return InRange(TakeNumber(2, 2, &text), 0, 60) && text.empty();
}

}  // namespace

bool IsTimestamp(absl::string_view text) {
  const int year = TakeNumber(4, 4, &text);
  if (year < 0 || !absl::ConsumePrefix(&text, "-")) return false;
  const int month = TakeNumber(2, 2, &text);
  if (!InRange(month, 1, 12) || !absl::ConsumePrefix(&text, "-")) return false;
  const int day = TakeNumber(2, 2, &text);
  if (!InRange(day, 1, DaysIn(month, year))) return false;
  if (!absl::ConsumePrefix(&text, "T")) return false;
  if (!InRange(TakeNumber(1, 2, &text), 0, 23)) return false;
  if (!absl::ConsumePrefix(&text, ":")) return false;
  if (!InRange(TakeNumber(2, 2, &text), 0, 59)) return false;
  if (!absl::ConsumePrefix(&text, ":")) return false;
  if (!InRange(TakeNumber(2, 2, &text), 0, 59)) return false;
  return TakeFraction(&text) && IsOffset(text);
}

}  // namespace colocation
