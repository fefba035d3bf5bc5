// Kubernetes resource quantities: "100m", "1.5Gi", "1e3".
//
// Exact arithmetic over the whole range that Kubernetes allows: a multiple of
// 10^-9 whose absolute value is below 2^63; finer input is rounded away from
// zero and larger input is capped, as Kubernetes does
// (k8s.io/apimachinery/pkg/api/resource/quantity.go, ParseQuantity). No binary
// floating point is involved. A value type; sums saturate.
#ifndef COLOCATION_SYNTAX_QUANTITY_H_
#define COLOCATION_SYNTAX_QUANTITY_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/numeric/int128.h"
#include "absl/strings/string_view.h"

namespace colocation {

class Quantity {
 public:
  // How the number was written, and so how it is printed.
  enum class Notation { kDecimalSuffix, kBinarySuffix, kExponent };

  // Zero.
  Quantity() = default;

  // Nothing where `text` is no quantity.
  static std::optional<Quantity> Parse(absl::string_view text);

  // `nanos` billionths.
  static Quantity FromNanos(absl::int128 nanos, Notation notation);

  // In billionths of a unit.
  absl::int128 nanos() const { return nanos_; }
  Notation notation() const { return notation_; }
  bool is_zero() const { return nanos_ == 0; }

  // Whole units, fractions rounded up (Quantity.Value).
  int64_t CeilUnits() const;
  // Thousandths, finer fractions rounded up (Quantity.MilliValue).
  absl::int128 CeilMillis() const;

  // Kubernetes' canonical form: no fraction, the largest suffix for which that
  // is possible.
  std::string ToString() const;

  // Printed in the notation of the left side, or of the right one where the
  // left is zero.
  Quantity& operator+=(const Quantity& other);
  friend Quantity operator+(Quantity a, const Quantity& b) { return a += b; }

  // By value; the notation doesn't count.
  friend bool operator==(const Quantity& a, const Quantity& b) {
    return a.nanos_ == b.nanos_;
  }
  friend bool operator<(const Quantity& a, const Quantity& b) {
    return a.nanos_ < b.nanos_;
  }

 private:
  Quantity(absl::int128 nanos, Notation notation);

  absl::int128 nanos_ = 0;
  Notation notation_ = Notation::kDecimalSuffix;
};

}  // namespace colocation

#endif  // COLOCATION_SYNTAX_QUANTITY_H_
