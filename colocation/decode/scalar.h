// What a plain YAML scalar means to Kubernetes.
//
// Kubernetes reads YAML 1.1 by the rules of go-yaml v2 (through
// sigs.k8s.io/yaml): `yes`, `on` and `y` are Booleans, 0o17 and 017 octal, 0x1F
// hexadecimal, 1_000 a thousand, `~` is null, a date stays a string. A quoted
// or block scalar is always a string.
#ifndef COLOCATION_DECODE_SCALAR_H_
#define COLOCATION_DECODE_SCALAR_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace colocation {

struct Scalar {
  enum class Type { kNull, kBool, kInt, kFloat, kString };
  Type type = Type::kString;
  bool bool_value = false;
  // For kInt: the value, unless it needs the 64th bit (`is_unsigned`).
  int64_t int_value = 0;
  uint64_t unsigned_value = 0;
  bool is_unsigned = false;
  double float_value = 0;
};

// Resolves the text of a plain, untagged scalar (go.yaml.in/yaml/v2
// resolve.go).
Scalar ResolvePlainScalar(absl::string_view text);

// The JSON text of a resolved null, Boolean or number, as Go writes it: 1.0 is
// "1", 0x10 is "16". Not for kString.
std::string JsonText(const Scalar& scalar);

// "the Boolean", "the number", "null", "a string": for messages.
absl::string_view Describe(Scalar::Type type);

}  // namespace colocation

#endif  // COLOCATION_DECODE_SCALAR_H_
