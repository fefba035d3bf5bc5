// Text as a JSON string.
//
// It is a double-quoted YAML scalar too, so that what is written reads back by
// either: what YAML can't have as it is, is escaped.
//
// Cost: linear. The text is UTF-8.
#ifndef COLOCATION_DECODE_JSON_STRING_H_
#define COLOCATION_DECODE_JSON_STRING_H_

#include <string>

#include "absl/strings/string_view.h"

namespace colocation {

// Adds `text`, with its quotes, to `json`.
void AppendJsonString(absl::string_view text, std::string* json);

}  // namespace colocation

#endif  // COLOCATION_DECODE_JSON_STRING_H_
