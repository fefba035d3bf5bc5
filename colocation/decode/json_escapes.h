// JSON's escapes for characters beyond the Basic Multilingual Plane.
#ifndef COLOCATION_DECODE_JSON_ESCAPES_H_
#define COLOCATION_DECODE_JSON_ESCAPES_H_

#include <string>

#include "absl/strings/string_view.h"

namespace colocation {

// `text` with each pair of escaped surrogates ("\ud83d\ude00") replaced by the
// character it stands for; JSON has them and YAML, otherwise its superset,
// doesn't. Empty where there is nothing to replace or `text` is not JSON.
std::string JoinJsonSurrogates(absl::string_view text);

// Adds `code_point` in UTF-8.
void AppendUtf8(uint32_t code_point, std::string* text);

}  // namespace colocation

#endif  // COLOCATION_DECODE_JSON_ESCAPES_H_
