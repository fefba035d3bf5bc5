// RFC 3339 times, the syntax of every metav1.Time: "2024-02-29T12:00:00Z".
//
// What Go's time.Parse(time.RFC3339, ...) accepts: an hour may have one digit,
// a fraction of a second may follow "." or ",", the offset is "Z" or "+hh:mm".
#ifndef COLOCATION_SYNTAX_TIMESTAMP_H_
#define COLOCATION_SYNTAX_TIMESTAMP_H_

#include "absl/strings/string_view.h"

namespace colocation {

bool IsTimestamp(absl::string_view text);

}  // namespace colocation

#endif  // COLOCATION_SYNTAX_TIMESTAMP_H_
