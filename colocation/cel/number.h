// Numbers as Go reads and writes them, whatever the locale.
#ifndef COLOCATION_CEL_NUMBER_H_
#define COLOCATION_CEL_NUMBER_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace colocation::cel {

// A literal: decimal, or hexadecimal after "0x"; the integer may have a minus.
// False where it does not fit.
bool ParseLiteral(std::string_view text, int64_t* value);
bool ParseLiteral(std::string_view text, uint64_t* value);

// What int() and uint() take (strconv.ParseInt and ParseUint of base 10): a
// sign only before an integer.
bool ParseDecimal(std::string_view text, int64_t* value);
bool ParseDecimal(std::string_view text, uint64_t* value);

// Digits with or without a sign, point and exponent, to the nearest double. Not
// Go's other forms: hexadecimal digits, underscores, "inf", "nan". False for
// those, and where it is out of range.
bool ParseDouble(std::string_view text, double* value);

// The shortest text that is read as the same number, like Go's "%g".
std::string FormatDouble(double value);

}  // namespace colocation::cel

#endif  // COLOCATION_CEL_NUMBER_H_
