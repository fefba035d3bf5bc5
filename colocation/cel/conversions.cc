#include "colocation/cel/conversions.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "colocation/cel/number.h"
#include "colocation/cel/text.h"

namespace colocation::cel {
namespace {

using Kind = Value::Kind;

constexpr double kTwoTo63 = 9223372036854775808.0;
constexpr double kTwoTo64 = 18446744073709551616.0;
constexpr uint64_t kMaxInt = std::numeric_limits<int64_t>::max();

// Go reads some forms that this doesn't.
bool MayBeOtherDouble(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) {
                       return IsLetterOrDigit(c) || Contains("+-._", c);
                     }) &&
         std::any_of(text.begin(), text.end(),
                     [](char c) { return Contains("xn_", ToLower(c)); });
}

}  // namespace

Value ToInt(const Value& value) {
  int64_t integer = 0;
  switch (value.kind) {
    case Kind::kInt:
      return value;
    case Kind::kUint:
      if (value.natural > kMaxInt) return Overflow();
      return Value::Int(static_cast<int64_t>(value.natural));
    case Kind::kDouble:
      if (!(value.real > -kTwoTo63 && value.real < kTwoTo63)) return Overflow();
      return Value::Int(static_cast<int64_t>(value.real));
    case Kind::kString:
      if (ParseDecimal(value.text, &integer)) return Value::Int(integer);
      return Value::Error(Concat("\"", value.text, "\" is no int"));
    default:
      return NoOverload("int");
  }
}

Value ToUint(const Value& value) {
  uint64_t natural = 0;
  switch (value.kind) {
    case Kind::kInt:
      if (value.integer < 0) return Overflow();
      return Value::Uint(static_cast<uint64_t>(value.integer));
    case Kind::kUint:
      return value;
    case Kind::kDouble:
      if (!(value.real >= 0 && value.real < kTwoTo64)) return Overflow();
      return Value::Uint(static_cast<uint64_t>(value.real));
    case Kind::kString:
      if (ParseDecimal(value.text, &natural)) return Value::Uint(natural);
      return Value::Error(Concat("\"", value.text, "\" is no uint"));
    default:
      return NoOverload("uint");
  }
}

Value ToDouble(const Value& value) {
  double real = 0;
  switch (value.kind) {
    case Kind::kInt:
      return Value::Double(static_cast<double>(value.integer));
    case Kind::kUint:
      return Value::Double(static_cast<double>(value.natural));
    case Kind::kDouble:
      return value;
    case Kind::kString:
      if (ParseDouble(value.text, &real)) return Value::Double(real);
      if (MayBeOtherDouble(value.text)) {
        return Value::NotSupported(
            Concat("double(\"", value.text, "\") is not supported"));
      }
      return Value::Error(Concat("\"", value.text, "\" is no double"));
    default:
      return NoOverload("double");
  }
}

Value ToString(const Value& value) {
  switch (value.kind) {
    case Kind::kString:
      return value;
    case Kind::kBool:
      return Value::String(value.boolean ? "true" : "false");
    case Kind::kInt:
      return Value::String(std::to_string(value.integer));
    case Kind::kUint:
      return Value::String(std::to_string(value.natural));
    case Kind::kDouble:
      return Value::String(FormatDouble(value.real));
    case Kind::kBytes:
      if (IsUtf8(value.text)) return Value::String(value.text);
      return Value::Error("these bytes are no UTF-8");
    default:
      return Value::NotSupported(
          Concat("string() of a ", TypeName(value), " is not supported"));
  }
}

Value ToBool(const Value& value) {
  if (value.kind == Kind::kBool) return value;
  if (value.kind != Kind::kString) return NoOverload("bool");
  // strconv.ParseBool.
  for (const std::string_view yes : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (value.text == yes) return Value::Bool(true);
  }
  for (const std::string_view no : {"0", "f", "F", "false", "FALSE", "False"}) {
    if (value.text == no) return Value::Bool(false);
  }
  return Value::Error(Concat("\"", value.text, "\" is no bool"));
}

}  // namespace colocation::cel
