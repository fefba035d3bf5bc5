#include "colocation/cel/arithmetic.h"

#include <cmath>
#include <limits>

namespace colocation::cel {
namespace {

bool Divides(char op) { return op == '/' || op == '%'; }

// False where the result doesn't fit. What it divides by is not zero.
template <typename Integer>
bool Fits(char op, Integer a, Integer b, Integer* result) {
  switch (op) {
    case '+':
      return !__builtin_add_overflow(a, b, result);
    case '-':
      return !__builtin_sub_overflow(a, b, result);
    case '*':
      return !__builtin_mul_overflow(a, b, result);
    default:
      *result = op == '/' ? a / b : a % b;
      return true;
  }
}

Value DivisionByZero() { return Value::Error("division by zero"); }

}  // namespace

Value Calculate(char op, int64_t a, int64_t b) {
  if (Divides(op) && b == 0) return DivisionByZero();
  // The only quotient that doesn't fit; its remainder is an error, too.
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  if (Divides(op) && a == kLeast && b == -1) return Overflow();
  int64_t result = 0;
  return Fits(op, a, b, &result) ? Value::Int(result) : Overflow();
}

Value Calculate(char op, uint64_t a, uint64_t b) {
  if (Divides(op) && b == 0) return DivisionByZero();
  uint64_t result = 0;
  return Fits(op, a, b, &result) ? Value::Uint(result) : Overflow();
}

// Division by zero is infinite or not a number.
Value Calculate(char op, double a, double b) {
  switch (op) {
    case '+':
      return Value::Double(a + b);
    case '-':
      return Value::Double(a - b);
    case '*':
      return Value::Double(a * b);
    case '/':
      if (b != 0) return Value::Double(a / b);
      if (a == 0 || std::isnan(a) || std::isnan(b)) {
        return Value::Double(std::numeric_limits<double>::quiet_NaN());
      }
      return Value::Double(std::signbit(a) == std::signbit(b) ? HUGE_VAL
                                                              : -HUGE_VAL);
    default:
      return NoOverload("_%_");
  }
}

}  // namespace colocation::cel
