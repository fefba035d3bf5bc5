#include "colocation/diagnostics/field_path.h"

#include "absl/strings/str_cat.h"

namespace colocation {

std::string FieldPath::ToString() const {
  std::string text = parent_ == nullptr ? std::string() : parent_->ToString();
  if (index_ >= 0) {
    absl::StrAppend(&text, "[", index_, "]");
  } else {
    absl::StrAppend(&text, text.empty() || text_.empty() ? "" : ".", text_);
  }
  return text;
}

std::string JoinFieldPath(absl::string_view parent, absl::string_view child) {
  const bool joint = !parent.empty() && !child.empty() && child[0] != '[';
  return absl::StrCat(parent, joint ? "." : "", child);
}

}  // namespace colocation
