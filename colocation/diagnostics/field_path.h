// A Tekton field path under construction: "spec.tasks[2].runAfter[0]".
//
// A chain of frames on the stack, one for each field on the way down, so that a
// walk over an object pays for text only where there is something to report.
// A frame must not outlive the one it was made from.
#ifndef COLOCATION_DIAGNOSTICS_FIELD_PATH_H_
#define COLOCATION_DIAGNOSTICS_FIELD_PATH_H_

#include <concepts>
#include <cstdint>
#include <string>
#include <type_traits>

#include "absl/strings/string_view.h"

namespace colocation {

class FieldPath {
 public:
  // The path `text`, which may be empty: the object itself.
  explicit FieldPath(absl::string_view text) : parent_(nullptr), text_(text) {}

  // The text has to outlive the path: a temporary doesn't.
  template <typename Text>
    requires std::same_as<std::remove_cv_t<Text>, std::string>
  explicit FieldPath(Text&& text) = delete;

  // The field `name` of this. `name` must outlive the result.
  FieldPath Field(absl::string_view name) const {
    return FieldPath(this, name, -1);
  }
  template <typename Text>
    requires std::same_as<std::remove_cv_t<Text>, std::string>
  FieldPath Field(Text&& name) const = delete;

  // The element at `index` of this list.
  FieldPath Index(int64_t index) const { return FieldPath(this, {}, index); }

  std::string ToString() const;

 private:
  FieldPath(const FieldPath* parent, absl::string_view text, int64_t index)
      : parent_(parent), text_(text), index_(index) {}

  const FieldPath* parent_;
  absl::string_view text_;
  int64_t index_ = -1;
};

// "a.b"; only the one that isn't empty where the other is.
std::string JoinFieldPath(absl::string_view parent, absl::string_view child);

}  // namespace colocation

#endif  // COLOCATION_DIAGNOSTICS_FIELD_PATH_H_
