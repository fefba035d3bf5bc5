#include "cli/live_block.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace colocation::cli {

std::string LiveBlock::Erase() const {
  // To the first column of the block's first line, and clear all below
  // (ECMA-48: CUU, ED).
  return lines_.empty() ? ""
                        : absl::StrCat("\r\033[", lines_.size(), "A\033[J");
}

std::string LiveBlock::Draw() const {
  std::string text;
  for (const std::string& line : lines_) absl::StrAppend(&text, line, "\n");
  return text;
}

void LiveBlock::Print(absl::string_view line) {
  out_ << absl::StrCat(Erase(), line, "\n", Draw()) << std::flush;
}

void LiveBlock::Show(std::vector<std::string> lines) {
  if (lines == lines_) return;
  std::string text = Erase();
  lines_ = std::move(lines);
  absl::StrAppend(&text, Draw());
  out_ << text << std::flush;
}

}  // namespace colocation::cli
