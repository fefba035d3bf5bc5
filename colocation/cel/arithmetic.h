// Sums, differences, products, quotients and remainders of two numbers of one
// type. `op` is '+', '-', '*', '/' or '%'.
//
// As in common/types of cel-go: an integer that doesn't fit, and one divided by
// zero, is an error; doubles are as IEEE 754 has them, without remainders.
#ifndef COLOCATION_CEL_ARITHMETIC_H_
#define COLOCATION_CEL_ARITHMETIC_H_

#include <cstdint>

#include "colocation/cel/value.h"

namespace colocation::cel {

Value Calculate(char op, int64_t a, int64_t b);
Value Calculate(char op, uint64_t a, uint64_t b);
Value Calculate(char op, double a, double b);

}  // namespace colocation::cel

#endif  // COLOCATION_CEL_ARITHMETIC_H_
