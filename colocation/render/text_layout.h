// Text in columns for a terminal.
//
// A width is counted in code points. Whatever could move the cursor, colour the
// screen or fake a line is written as an escape: names come from files that
// somebody else wrote.
#ifndef COLOCATION_RENDER_TEXT_LAYOUT_H_
#define COLOCATION_RENDER_TEXT_LAYOUT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace colocation {

struct TextOptions {
  // Lines are broken before this column where they can be.
  int width = 80;
  // ANSI colours.
  bool color = false;
};

enum class TextStyle { kPlain, kBold, kDim, kWarning };

// `text` without control characters, in the colour of the style.
std::string Styled(absl::string_view text, TextStyle style,
                   const TextOptions& options);

// Control characters as "\x1b"; everything else as it is.
std::string Printable(absl::string_view text);

// Code points.
size_t TextWidth(absl::string_view text);

// Words of `text` in lines of at most `width`, where they fit.
std::vector<std::string> Wrapped(absl::string_view text, int width);

// "a, b, c and 52 more": as many as fit `lines` lines of `width`.
std::string Listed(absl::Span<const std::string> names, int width, int lines);

// Rows of cells, aligned, two blanks apart. Column `wrap` takes what the others
// leave of the width, and its text is wrapped. No other column is wider than 36
// for the sake of one cell: what follows that goes to a line of its own.
class TextTable {
 public:
  explicit TextTable(size_t wrap) : wrap_(wrap) {}

  // The first row may be a heading.
  void Head(std::vector<std::string> cells);
  void Row(std::vector<std::string> cells);
  // A line of its own between the rows.
  void Line(std::string text);

  // The width that the wrapped column has with `indent`.
  int WrapWidth(int indent, const TextOptions& options) const;

  std::string Print(int indent, const TextOptions& options) const;

 private:
  struct Entry {
    enum Kind { kHead, kRow, kLine } kind;
    std::vector<std::string> cells;
  };
  std::vector<size_t> Widths() const;

  size_t wrap_;
  std::vector<Entry> entries_;
};

}  // namespace colocation

#endif  // COLOCATION_RENDER_TEXT_LAYOUT_H_
