// Regular expressions as Go's regexp has them, to the part that can be had
// exactly in little code.
//
// Letters, ".", classes with ranges, \d \s \w and their complements, [:alpha:]
// and the like, escapes of characters, groups without names, "|", "*", "+",
// "?", "{n,m}", "^", "$", \A, \z, \b, \B, and (?i), (?s) at the beginning.
// Everything else that Go takes (Unicode classes, \Q, flags inside, names) is
// not supported, and never taken for something else; nor is what Go refuses.
//
// Source: regexp/syntax in Go's library. Matching follows all alternatives at
// once (Thompson 1968): time is linear in the text's length times the
// pattern's, without backtracking. A pattern may have kMaxInstructions.
#ifndef COLOCATION_CEL_PATTERN_H_
#define COLOCATION_CEL_PATTERN_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace colocation::cel {

class Pattern {
 public:
  static constexpr size_t kMaxInstructions = 2000;

  // False, with a message, where the text is no pattern, or not supported.
  bool Compile(std::string_view text, std::string* error);

  // Whether the pattern matches somewhere in the text, which is UTF-8.
  bool Matches(std::string_view text) const;

  // What a match costs for each character of the text.
  size_t size() const { return program_.size(); }

 private:
  friend class PatternCompiler;

  // Ranges of code points.
  using Class = std::vector<std::pair<uint32_t, uint32_t>>;

  struct Instruction {
    enum class Op {
      kCharacter,  // one of classes_[to]; then the next instruction
      kBoth,       // `to` and `other`
      kBegin,      // from here on: if that holds, then the next instruction
      kEnd,
      kWordBoundary,
      kNoWordBoundary,
      kMatch,
    };
    Op op = Op::kMatch;
    size_t to = 0;
    size_t other = 0;
  };

  std::vector<Instruction> program_;
  std::vector<Class> classes_;
};

}  // namespace colocation::cel

#endif  // COLOCATION_CEL_PATTERN_H_
