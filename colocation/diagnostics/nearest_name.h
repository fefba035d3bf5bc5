// "Did you mean ...?": the nearest of the names that exist.
#ifndef COLOCATION_DIAGNOSTICS_NEAREST_NAME_H_
#define COLOCATION_DIAGNOSTICS_NEAREST_NAME_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace colocation {

// Edits (insert, delete, replace, swap of neighbours, each 1; "optimal string
// alignment") that make `b` of `a`; `limit` + 1 where there are more than
// `limit`. O(|a|·|b|) time, O(|b|) space.
int EditDistance(absl::string_view a, absl::string_view b, int limit);

// Of more candidates than this NearestName looks at the first, so that many
// unknown names among many don't take long.
inline constexpr int kComparedNames = 1000;

// The candidate with the fewest edits from `name`, the first of several; empty
// where none is near enough for a person to have meant it: at most a third of
// the name's length, at most three, and never `name` itself.
std::string NearestName(absl::string_view name,
                        const std::vector<absl::string_view>& candidates);

// `did you mean "NAME"?`, or nothing.
std::string DidYouMean(absl::string_view name,
                       const std::vector<absl::string_view>& candidates);

}  // namespace colocation

#endif  // COLOCATION_DIAGNOSTICS_NEAREST_NAME_H_
