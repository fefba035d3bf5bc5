// What int(), uint(), double(), string() and bool() make of a value.
//
// As ConvertToType in common/types of cel-go; a value that has no such form, or
// doesn't fit, gives an error, and one of which Go makes something that this
// doesn't is told as not supported.
#ifndef COLOCATION_CEL_CONVERSIONS_H_
#define COLOCATION_CEL_CONVERSIONS_H_

#include "colocation/cel/value.h"

namespace colocation::cel {

Value ToInt(const Value& value);
Value ToUint(const Value& value);
Value ToDouble(const Value& value);
Value ToString(const Value& value);
Value ToBool(const Value& value);

}  // namespace colocation::cel

#endif  // COLOCATION_CEL_CONVERSIONS_H_
