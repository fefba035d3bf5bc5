#include "colocation/render/markup.h"

#include "absl/strings/str_cat.h"

namespace colocation {
namespace {

constexpr absl::string_view kReplacement = "\xef\xbf\xbd";

bool IsContinuation(absl::string_view text, size_t i) {
  return i < text.size() &&
         (static_cast<unsigned char>(text[i]) & 0xc0) == 0x80;
}

// Takes one character from the front; nothing XML allows: the replacement.
absl::string_view TakeCharacter(absl::string_view* text) {
  const unsigned char lead = (*text)[0];
  size_t size = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  bool valid = lead < 0x80 ? lead >= 0x20 || lead == '\t' || lead == '\n'
                           : lead >= 0xc2 && lead <= 0xf4;
  for (size_t i = 1; i < size; ++i) {
    if (!IsContinuation(*text, i)) {
      valid = false;
      size = i;
    }
  }
  const absl::string_view character = text->substr(0, size);
  text->remove_prefix(size);
  // DEL and C1, overlong forms and surrogates, U+FFFE and U+FFFF.
  if (lead == 0x7f || (lead == 0xc2 && character < "\xc2\xa0")) valid = false;
  if (size == 3 && (character < "\xe0\xa0\x80" ||
                    (character >= "\xed\xa0\x80" && lead == 0xed) ||
                    character >= "\xef\xbf\xbe"))
    valid = false;
  if (size == 4 &&
      (character < "\xf0\x90\x80\x80" || character >= "\xf4\x90\x80\x80"))
    valid = false;
  return valid ? character : kReplacement;
}

}  // namespace

std::string XmlEscaped(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const absl::string_view character = TakeCharacter(&text);
    switch (character[0]) {
      case '&':
        out.append("&amp;");
        break;
      case '<':
        out.append("&lt;");
        break;
      case '>':
        out.append("&gt;");
        break;
      case '"':
        out.append("&quot;");
        break;
      case '\'':
        out.append("&#39;");
        break;
      default:
        absl::StrAppend(&out, character);
    }
  }
  return out;
}

std::string DotQuoted(absl::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const absl::string_view character = TakeCharacter(&text);
    switch (character[0]) {
      case '"':
        out.append("\\\"");
        break;
      case '\\':
        out.append("\\\\");
        break;
      case '\n':
        out.append("\\n");
        break;
      case '&':
        // Graphviz reads entities in labels.
        out.append("&amp;");
        break;
      default:
        absl::StrAppend(&out, character);
    }
  }
  out.push_back('"');
  return out;
}

std::string Shortened(absl::string_view text, size_t limit) {
  size_t count = 0;
  size_t cut = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsContinuation(text, i)) continue;
    if (++count == limit) cut = i;
  }
  if (count <= limit) return std::string(text);
  return absl::StrCat(text.substr(0, cut), "\xe2\x80\xa6");
}

}  // namespace colocation
