#include "colocation/decode/source_text.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace colocation {
namespace {

// A diagnostic shows no more of a line.
constexpr size_t kMaxShownLine = 500;

// Bytes of the character at the front of `text`; 0 where that is no UTF-8.
size_t CharacterSize(absl::string_view text) {
  const auto byte = [&](size_t i) {
    return static_cast<unsigned char>(text[i]);
  };
  const unsigned char first = byte(0);
  const size_t size = first < 0x80   ? 1
                      : first < 0xc2 ? 0
                      : first < 0xe0 ? 2
                      : first < 0xf0 ? 3
                      : first < 0xf5 ? 4
                                     : 0;
  if (text.size() < size) return 0;
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  // Longer than need be, a surrogate, or beyond the last character.
  if ((first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) >= 0xa0) ||
      (first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) >= 0x90)) {
    return 0;
  }
  return size;
}

// The line as UTF-8, which messages have to be: U+FFFD stands for each byte
// that belongs to no character.
std::string Shown(absl::string_view line) {
  std::string shown;
  while (!line.empty()) {
    const size_t size = CharacterSize(line);
    absl::StrAppend(&shown, size == 0 ? "\uFFFD" : line.substr(0, size));
    line.remove_prefix(std::max<size_t>(size, 1));
  }
  return shown;
}

// Whether the line is in a YAML document with an object whose kind is Secret,
// and so may be part of one's data.
bool MayBeSecret(absl::string_view text, absl::string_view line) {
  const size_t at = static_cast<size_t>(line.data() - text.data());
  const size_t before = text.rfind("\n---", at);
  const size_t begin = before == text.npos ? 0 : before;
  absl::string_view document =
      text.substr(begin, text.find("\n---", at + line.size()) - begin);
  for (;;) {
    const size_t kind = document.find("kind");
    if (kind == document.npos) return false;
    document.remove_prefix(kind + 4);
    absl::string_view value = document;
    // Between key and value stand no more than quotes, a colon and blanks.
    while (!value.empty() && absl::StrContains("\"' \t\r\n:", value[0])) {
      value.remove_prefix(1);
    }
    if (!absl::ConsumePrefix(&value, "Secret")) continue;
    absl::ConsumePrefix(&value, "List");
    if (value.empty() || !absl::ascii_isalnum(value[0])) return true;
  }
}

}  // namespace

absl::string_view SourceLine(absl::string_view text, int line) {
  size_t begin = 0;
  for (; line > 0; --line) {
    begin = text.find('\n', begin);
    if (begin == absl::string_view::npos) return {};
    ++begin;
  }
  absl::string_view found = text.substr(begin, text.find('\n', begin) - begin);
  if (absl::EndsWith(found, "\r")) found.remove_suffix(1);
  return found;
}

v1::Position ToPosition(absl::string_view file, Mark start, Mark end) {
  v1::Position position;
  position.set_file(std::string(file));
  position.set_line(start.line + 1);
  position.set_column(start.column + 1);
  position.set_end_line(end.line + 1);
  position.set_end_column(end.column + 1);
  return position;
}

void SetPosition(absl::string_view text, Mark start, Mark end,
                 v1::Diagnostic* d) {
  *d->mutable_position() = ToPosition(d->origin().file(), start, end);
  const absl::string_view line = SourceLine(text, start.line);
  // With zeros it is UTF-16, which is not to be read here.
  const bool utf16 = line.find('\0') != line.npos;
  if (!utf16 && line.size() <= kMaxShownLine && !line.empty() &&
      !MayBeSecret(text, line)) {
    d->set_source_line(Shown(line));
  }
}

}  // namespace colocation
