#include "colocation/decode/source_text.h"

#include <string>

#include "absl/strings/match.h"

namespace colocation {
namespace {

// A diagnostic shows no more of a line.
constexpr size_t kMaxShownLine = 500;

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
  if (line.size() <= kMaxShownLine) d->set_source_line(std::string(line));
}

}  // namespace colocation
