// Where in the text a field stands.
//
// Models carry no positions, so that good input pays nothing for them: when
// there is something to report, the text is read once more, as a tree, and
// every diagnostic gets its place in it. O(text + diagnostics · depth).
#ifndef COLOCATION_DECODE_LOCATE_H_
#define COLOCATION_DECODE_LOCATE_H_

#include "absl/strings/string_view.h"
#include "colocation/diagnostics/diagnostics.h"

namespace colocation {

// Fills in position and source line of each diagnostic, and of each related
// place, whose origin is in the file `name` and that has none yet. A path that
// the text hasn't gets the place of its longest part that is there.
void LocateDiagnostics(absl::string_view name, absl::string_view text,
                       DiagnosticList* diagnostics);

}  // namespace colocation

#endif  // COLOCATION_DECODE_LOCATE_H_
