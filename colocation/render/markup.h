// Text inside of XML, HTML and DOT, whatever it holds.
#ifndef COLOCATION_RENDER_MARKUP_H_
#define COLOCATION_RENDER_MARKUP_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace colocation {

// For element content and quoted attributes of XML 1.0 and HTML. What neither
// allows (controls, bytes that are no UTF-8) becomes U+FFFD.
std::string XmlEscaped(absl::string_view text);

// A quoted DOT string, in which the layout program finds no escape of its own
// ("\N", "\l") and no HTML.
std::string DotQuoted(absl::string_view text);

// At most `limit` code points; the rest is one ellipsis.
std::string Shortened(absl::string_view text, size_t limit);

}  // namespace colocation

#endif  // COLOCATION_RENDER_MARKUP_H_
