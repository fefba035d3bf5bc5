// Characters that tell a terminal what to do instead of being shown.
#ifndef COLOCATION_SYNTAX_CONTROL_CHARACTERS_H_
#define COLOCATION_SYNTAX_CONTROL_CHARACTERS_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace colocation {

// Bytes of the control character at the front of `text`, which is UTF-8: C0 and
// DEL have one, C1 have two. Zero where there is none.
inline size_t ControlCharacterSize(absl::string_view text) {
  if (text.empty()) return 0;
  const unsigned char c = text[0];
  if (c < 0x20 || c == 0x7f) return 1;
  const bool c1 = c == 0xc2 && text.size() > 1 &&
                  static_cast<unsigned char>(text[1]) < 0xa0;
  return c1 ? 2 : 0;
}

}  // namespace colocation

#endif  // COLOCATION_SYNTAX_CONTROL_CHARACTERS_H_
