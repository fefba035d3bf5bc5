// Lines and ranges of a source text, for diagnostics.
#ifndef COLOCATION_DECODE_SOURCE_TEXT_H_
#define COLOCATION_DECODE_SOURCE_TEXT_H_

#include "absl/strings/string_view.h"
#include "colocation/decode/event_reader.h"
#include "colocation/v1/diagnostics.pb.h"

namespace colocation {

// Sets the position and the source line of a diagnostic in `text`, whose file
// is that of the diagnostic's origin. A line beside a Secret's `kind` is not
// shown: it may be its data. O(text).
void SetPosition(absl::string_view text, Mark start, Mark end,
                 v1::Diagnostic* diagnostic);

// The position alone.
v1::Position ToPosition(absl::string_view file, Mark start, Mark end);

// The line of that zero-based number without its end; empty beyond the text.
absl::string_view SourceLine(absl::string_view text, int line);

}  // namespace colocation

#endif  // COLOCATION_DECODE_SOURCE_TEXT_H_
