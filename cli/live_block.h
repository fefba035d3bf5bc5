// Lines at the end of a terminal that change while others go by above them.
#ifndef COLOCATION_CLI_LIVE_BLOCK_H_
#define COLOCATION_CLI_LIVE_BLOCK_H_

#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace colocation::cli {

// Each change is written at once and clears no more than what it replaces, so
// that nothing flickers. The lines have no control characters but colours, and
// are not wider than the terminal. Not thread-safe.
class LiveBlock {
 public:
  // `out` leads to a terminal, and outlives this object.
  explicit LiveBlock(std::ostream* out) : out_(*out) {}
  ~LiveBlock() { Show({}); }
  LiveBlock(const LiveBlock&) = delete;
  LiveBlock& operator=(const LiveBlock&) = delete;

  // Writes a line above the block, for good.
  void Print(absl::string_view line);

  // Makes these lines the block; none takes it away.
  void Show(std::vector<std::string> lines);

 private:
  // What takes the block away.
  std::string Erase() const;
  std::string Draw() const;

  std::ostream& out_;
  std::vector<std::string> lines_;
};

}  // namespace colocation::cli

#endif  // COLOCATION_CLI_LIVE_BLOCK_H_
