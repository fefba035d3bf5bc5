#include "colocation/render/text_layout.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "colocation/syntax/control_characters.h"

namespace colocation {
namespace {

// A column beside the wrapped one is no wider; a longer cell pushes the rest of
// its line to the right.
constexpr size_t kColumnLimit = 36;
constexpr int kWrapAtLeast = 20;

void AppendPadded(absl::string_view text, size_t width, std::string* out) {
  absl::StrAppend(out, text);
  const size_t own = TextWidth(text);
  if (own < width) out->append(width - own, ' ');
}

void TrimRight(std::string* line) {
  while (!line->empty() && line->back() == ' ') line->pop_back();
}

}  // namespace

std::string Printable(absl::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const size_t size = ControlCharacterSize(text.substr(i));
    if (size == 0) {
      out.push_back(text[i]);
      continue;
    }
    i += size - 1;
    absl::StrAppendFormat(&out, "\\x%02x", static_cast<unsigned char>(text[i]));
  }
  return out;
}

std::string Styled(absl::string_view text, TextStyle style,
                   const TextOptions& options) {
  std::string printable = Printable(text);
  if (!options.color || style == TextStyle::kPlain) return printable;
  const char* code = style == TextStyle::kBold  ? "1"
                     : style == TextStyle::kDim ? "2"
                                                : "33";
  return absl::StrCat("\x1b[", code, "m", printable, "\x1b[0m");
}

size_t TextWidth(absl::string_view text) {
  return std::count_if(text.begin(), text.end(),
                       [](unsigned char c) { return (c & 0xc0) != 0x80; });
}

std::vector<std::string> Wrapped(absl::string_view text, int width) {
  std::vector<std::string> lines;
  std::string line;
  for (absl::string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    if (!line.empty() &&
        TextWidth(line) + 1 + TextWidth(word) > static_cast<size_t>(width)) {
      lines.push_back(std::exchange(line, ""));
    }
    absl::StrAppend(&line, line.empty() ? "" : " ", word);
  }
  if (!line.empty() || lines.empty()) lines.push_back(std::move(line));
  return lines;
}

std::string Listed(absl::Span<const std::string> names, int width, int lines) {
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    std::string longer = absl::StrCat(text, text.empty() ? "" : ", ", names[i]);
    const size_t left = names.size() - i - 1;
    const std::string whole =
        left == 0 ? longer : absl::StrCat(longer, " and ", left, " more");
    if (i > 0 && Wrapped(whole, width).size() > static_cast<size_t>(lines))
      return absl::StrCat(text, " and ", left + 1, " more");
    text = std::move(longer);
  }
  return text;
}

void TextTable::Head(std::vector<std::string> cells) {
  entries_.push_back({Entry::kHead, std::move(cells)});
}

void TextTable::Row(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = Printable(cell);
  entries_.push_back({Entry::kRow, std::move(cells)});
}

void TextTable::Line(std::string text) {
  entries_.push_back({Entry::kLine, {std::move(text)}});
}

std::vector<size_t> TextTable::Widths() const {
  std::vector<size_t> widths;
  for (const Entry& entry : entries_) {
    if (entry.kind == Entry::kLine) continue;
    widths.resize(std::max(widths.size(), entry.cells.size()));
    for (size_t i = 0; i < entry.cells.size(); ++i) {
      widths[i] = std::max(widths[i],
                           std::min(TextWidth(entry.cells[i]), kColumnLimit));
    }
  }
  return widths;
}

int TextTable::WrapWidth(int indent, const TextOptions& options) const {
  int rest = options.width - indent;
  const std::vector<size_t> widths = Widths();
  for (size_t i = 0; i < widths.size(); ++i) {
    if (i != wrap_) rest -= static_cast<int>(widths[i]) + 2;
  }
  return std::max(rest, kWrapAtLeast);
}

std::string TextTable::Print(int indent, const TextOptions& options) const {
  std::vector<size_t> widths = Widths();
  if (wrap_ >= widths.size()) widths.resize(wrap_ + 1);
  const int wrap_width = WrapWidth(indent, options);
  // No wider than the longest of its lines.
  size_t widest = 0;
  for (const Entry& entry : entries_) {
    if (entry.kind == Entry::kLine || entry.cells.size() <= wrap_) continue;
    for (const std::string& line : Wrapped(entry.cells[wrap_], wrap_width))
      widest = std::max(widest, TextWidth(line));
  }
  widths[wrap_] = widest;

  std::string out;
  const std::string margin(indent, ' ');
  for (const Entry& entry : entries_) {
    if (entry.kind == Entry::kLine) {
      absl::StrAppend(&out, margin,
                      Styled(entry.cells[0], TextStyle::kDim, options), "\n");
      continue;
    }
    std::vector<std::string> wrapped;
    if (entry.cells.size() > wrap_)
      wrapped = Wrapped(entry.cells[wrap_], wrap_width);
    const size_t lines = std::max<size_t>(wrapped.size(), 1);
    for (size_t n = 0; n < lines; ++n) {
      std::string line;
      // The width of the columns that are in it.
      size_t before = 0;
      for (size_t i = 0; i < entry.cells.size(); ++i) {
        absl::string_view cell;
        if (i == wrap_) {
          if (n < wrapped.size()) cell = wrapped[n];
        } else if (n == 0) {
          cell = entry.cells[i];
        }
        AppendPadded(cell, widths[i], &line);
        line.append("  ");
        before += widths[i] + 2;
        // What follows a cell that is too wide has a line of its own.
        if (TextWidth(line) > before && i + 1 < entry.cells.size()) {
          TrimRight(&line);
          absl::StrAppend(&out, margin, line, "\n");
          line.assign(before, ' ');
        }
      }
      TrimRight(&line);
      if (entry.kind == Entry::kHead)
        line = Styled(line, TextStyle::kDim, options);
      absl::StrAppend(&out, margin, line, "\n");
    }
  }
  return out;
}

}  // namespace colocation
