#include "colocation/cel/pattern.h"

#include <algorithm>
#include <optional>

#include "colocation/cel/text.h"

namespace colocation::cel {
namespace {

constexpr int kMaxDepth = 100;
// Of a count, and of the product of counts one in another
// (regexp/syntax/parse.go, repeatIsValid).
constexpr size_t kMaxCount = 1000;

bool IsWord(uint32_t c) {
  return c < 0x80 && (IsLetterOrDigit(static_cast<char>(c)) || c == '_');
}

}  // namespace

// Parses and makes instructions at once. A part of the pattern is the
// instructions from where it began; repeating it copies them.
class PatternCompiler {
 public:
  using Class = Pattern::Class;
  using Instruction = Pattern::Instruction;
  using Op = Instruction::Op;

  PatternCompiler(std::string_view text, Pattern* pattern, std::string* error)
      : text_(text), pattern_(*pattern), error_(*error) {}

  bool Compile() {
    if (!IsUtf8(text_)) return Fail("is not UTF-8");
    while (text_.substr(at_).starts_with("(?i)") ||
           text_.substr(at_).starts_with("(?s)")) {
      (text_[at_ + 2] == 'i' ? any_case_ : dot_is_all_) = true;
      at_ += 4;
    }
    size_t repeated = 1;
    if (!Alternatives(0, &repeated)) return false;
    if (at_ < text_.size()) return Fail("has a \")\" too many");
    return Emit({Op::kMatch, 0, 0});
  }

 private:
  bool Fail(std::string_view message) {
    error_ = Concat("the pattern \"", text_, "\" ", message);
    return false;
  }
  bool AtEnd() const { return at_ >= text_.size(); }
  char Peek() const { return AtEnd() ? '\0' : text_[at_]; }
  bool Consume(std::string_view prefix) {
    if (!text_.substr(at_).starts_with(prefix)) return false;
    at_ += prefix.size();
    return true;
  }

  size_t here() const { return pattern_.program_.size(); }
  bool Emit(Instruction instruction) {
    if (here() >= Pattern::kMaxInstructions) return Fail("is too large");
    pattern_.program_.push_back(instruction);
    return true;
  }
  // Puts an instruction in front of those from `start` on.
  bool Insert(size_t start, Instruction instruction) {
    if (!Emit(Instruction())) return false;
    auto& program = pattern_.program_;
    std::rotate(program.begin() + static_cast<ptrdiff_t>(start),
                program.end() - 1, program.end());
    for (size_t i = start + 1; i < program.size(); ++i) {
      if (program[i].op != Op::kBoth) continue;
      if (program[i].to >= start) ++program[i].to;
      if (program[i].other >= start) ++program[i].other;
    }
    program[start] = instruction;
    return true;
  }
  bool Emit(Class characters) {
    pattern_.classes_.push_back(std::move(characters));
    return Emit({Op::kCharacter, pattern_.classes_.size() - 1, 0});
  }
  // One that goes on at two places, and one that jumps.
  bool EmitBoth(size_t to, size_t other) {
    return Emit({Op::kBoth, to, other});
  }

  // --- Grammar. `*repeated` is the largest product of counts inside.

  bool Alternatives(int depth, size_t* repeated) {
    if (depth > kMaxDepth) return Fail("is nested too deep");
    const size_t start = here();
    std::vector<size_t> jumps;
    size_t begin = start;
    for (;;) {
      if (!Sequence(depth, repeated)) return false;
      if (!Consume("|")) break;
      // begin: Both(begin + 1, next); ...; jump to the end; next: ...
      if (!Insert(begin, {Op::kBoth, begin + 1, 0})) return false;
      jumps.push_back(here());
      if (!EmitBoth(0, 0)) return false;
      pattern_.program_[begin].other = here();
      begin = here();
    }
    for (const size_t jump : jumps) {
      pattern_.program_[jump].to = pattern_.program_[jump].other = here();
    }
    return true;
  }

  bool Sequence(int depth, size_t* repeated) {
    while (!AtEnd() && Peek() != '|' && Peek() != ')') {
      const size_t start = here();
      size_t inside = 1;
      if (!Atom(depth, &inside) || !Repetition(start, &inside)) return false;
      *repeated = std::max(*repeated, inside);
    }
    return true;
  }

  bool Atom(int depth, size_t* repeated) {
    const char c = Peek();
    if (Consume("(")) {
      if (Consume("?") && !Consume(":"))
        return Fail("has a group of a kind that is not supported");
      if (!Alternatives(depth + 1, repeated)) return false;
      return Consume(")") || Fail("lacks a \")\"");
    }
    if (Contains("*+?", c)) return Fail("repeats nothing");
    if (c == '{') {
      const size_t before = at_;
      Count count;
      if (TakeCount(&count)) return Fail("repeats nothing");
      at_ = before;
    }
    if (c == '[') return Bracket();
    if (c == '\\') return Escape();
    if (Consume("^")) return Emit({Op::kBegin, 0, 0});
    if (Consume("$")) return Emit({Op::kEnd, 0, 0});
    if (Consume(".")) {
      if (dot_is_all_) return Emit(Class{{0, kMaxCodePoint}});
      return Emit(Class{{0, '\n' - 1}, {'\n' + 1, kMaxCodePoint}});
    }
    uint32_t code_point = 0;
    TakeUtf8(text_, &at_, &code_point);
    return EmitCharacter(code_point);
  }

  bool EmitCharacter(uint32_t c) {
    Class one = {{c, c}};
    return Fold(&one) && Emit(std::move(one));
  }

  // --- Repetition

  struct Count {
    size_t least = 0;
    std::optional<size_t> most;
  };

  // False, where it is no count, with `at_` anywhere.
  bool TakeCount(Count* count) {
    if (!Consume("{") || !TakeNumber(&count->least)) return false;
    if (Consume(",")) {
      size_t most = 0;
      if (Peek() != '}') {
        if (!TakeNumber(&most)) return false;
        count->most = most;
      }
    } else {
      count->most = count->least;
    }
    return Consume("}");
  }

  // No leading zeros (parse.go, parseInt). Large ones are cut to what is too
  // large.
  bool TakeNumber(size_t* number) {
    if (!IsDigit(Peek())) return false;
    if (Peek() == '0' && at_ + 1 < text_.size() && IsDigit(text_[at_ + 1]))
      return false;
    for (; IsDigit(Peek()); ++at_) {
      *number = std::min(*number * 10 + static_cast<size_t>(Peek() - '0'),
                         kMaxCount + 1);
    }
    return true;
  }

  bool Repetition(size_t start, size_t* repeated) {
    Count count;
    const size_t before = at_;
    bool counted = false;
    if (Consume("+")) {
      count.least = 1;
    } else if (Consume("?")) {
      count.most = 1;
    } else if (!Consume("*")) {
      counted = TakeCount(&count);
      if (!counted) {
        at_ = before;
        return true;
      }
    }
    // Whether it takes much or little doesn't matter to whether it matches.
    Consume("?");
    const size_t after = at_;
    Count another;
    if (Contains("*+?", Peek()) && !AtEnd())
      return Fail("repeats a repetition");
    if (TakeCount(&another)) return Fail("repeats a repetition");
    at_ = after;
    if (count.least > kMaxCount || count.most.value_or(0) > kMaxCount ||
        count.least > count.most.value_or(kMaxCount)) {
      return Fail("has a count that is too large");
    }
    if (counted) {
      *repeated *= std::max<size_t>(1, count.most.value_or(count.least));
      if (*repeated > kMaxCount) return Fail("has a count that is too large");
    }
    return Repeat(start, count);
  }

  // Instructions from `start` on, moved by `offset`, appended.
  bool Copy(const std::vector<Instruction>& part, size_t start) {
    const size_t offset = here() - start;
    for (Instruction instruction : part) {
      if (instruction.op == Op::kBoth) {
        instruction.to += offset;
        instruction.other += offset;
      }
      if (!Emit(instruction)) return false;
    }
    return true;
  }

  bool Repeat(size_t start, const Count& count) {
    auto& program = pattern_.program_;
    const std::vector<Instruction> part(
        program.begin() + static_cast<ptrdiff_t>(start), program.end());
    program.resize(start);
    for (size_t i = 0; i < count.least; ++i) {
      if (!Copy(part, start)) return false;
    }
    if (!count.most.has_value()) {
      // loop: Both(next, end); part; Both(loop, loop); end:
      const size_t loop = here();
      return EmitBoth(loop + 1, loop + 2 + part.size()) && Copy(part, start) &&
             EmitBoth(loop, loop);
    }
    const size_t left = *count.most - count.least;
    const size_t end = here() + left * (1 + part.size());
    for (size_t i = 0; i < left; ++i) {
      if (!EmitBoth(here() + 1, end) || !Copy(part, start)) return false;
    }
    return true;
  }

  // --- Characters

  bool Escape() {
    ++at_;
    if (AtEnd()) return Fail("ends with a \"\\\"");
    if (Consume("A")) return Emit({Op::kBegin, 0, 0});
    if (Consume("z")) return Emit({Op::kEnd, 0, 0});
    if (Consume("b")) return Emit({Op::kWordBoundary, 0, 0});
    if (Consume("B")) return Emit({Op::kNoWordBoundary, 0, 0});
    Class shorthand;
    if (TakeShorthand(&shorthand)) return Emit(std::move(shorthand));
    uint32_t c = 0;
    return EscapedCharacter(&c) && EmitCharacter(c);
  }

  // \d and the like, after the backslash.
  bool TakeShorthand(Class* out) {
    const char c = Peek();
    switch (ToLower(c)) {
      case 'd':
        *out = {{'0', '9'}};
        break;
      case 's':
        *out = {{'\t', '\n'}, {'\f', '\r'}, {' ', ' '}};
        break;
      case 'w':
        *out = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
        break;
      default:
        return false;
    }
    Fold(out);
    if (c != ToLower(c)) *out = Complement(*out);
    ++at_;
    return true;
  }

  // After the backslash.
  bool EscapedCharacter(uint32_t* c) {
    const char name = Peek();
    constexpr std::string_view kNames = "afnrtv";
    constexpr std::string_view kMeant = "\a\f\n\r\t\v";
    if (const size_t i = kNames.find(name); i != kNames.npos && !AtEnd()) {
      *c = static_cast<unsigned char>(kMeant[i]);
      ++at_;
      return true;
    }
    if (Consume("x")) return Hexadecimal(c);
    if (AtEnd() || static_cast<unsigned char>(name) >= 0x80 ||
        IsLetterOrDigit(name)) {
      return Fail("has an escape that is not supported");
    }
    *c = static_cast<unsigned char>(name);
    ++at_;
    return true;
  }

  bool Hexadecimal(uint32_t* c) {
    const bool braces = Consume("{");
    size_t count = 0;
    *c = 0;
    while (IsHexDigit(Peek()) && (braces ? *c <= kMaxCodePoint : count < 2)) {
      *c = *c * 16 + DigitValue(Peek());
      ++count;
      ++at_;
    }
    if (count == 0 || *c > kMaxCodePoint ||
        (braces ? !Consume("}") : count < 2))
      return Fail("has no character after \"\\x\"");
    return true;
  }

  bool Bracket() {
    ++at_;
    const bool complement = Consume("^");
    Class out;
    for (bool first = true; first || Peek() != ']'; first = false) {
      if (AtEnd()) return Fail("lacks a \"]\"");
      if (text_.substr(at_).starts_with("[:")) {
        if (!Named(&out)) return false;
        continue;
      }
      Class shorthand;
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
        ++at_;
        if (TakeShorthand(&shorthand)) {
          out.insert(out.end(), shorthand.begin(), shorthand.end());
          continue;
        }
        --at_;
      }
      uint32_t low = 0;
      if (!ClassCharacter(&low)) return false;
      uint32_t high = low;
      const std::string_view rest = text_.substr(at_);
      if (rest.size() >= 2 && rest[0] == '-' && rest[1] != ']') {
        ++at_;
        if (!ClassCharacter(&high)) return false;
        if (high < low) return Fail("has a range that ends before it begins");
      }
      Class range = {{low, high}};
      if (!Fold(&range)) return false;
      out.insert(out.end(), range.begin(), range.end());
    }
    ++at_;
    return Emit(complement ? Complement(out) : std::move(out));
  }

  bool ClassCharacter(uint32_t* c) {
    if (AtEnd()) return Fail("lacks a \"]\"");
    if (Consume("\\")) return EscapedCharacter(c);
    TakeUtf8(text_, &at_, c);
    return true;
  }

  // [:alpha:] inside of brackets.
  bool Named(Class* out) {
    struct Name {
      std::string_view name;
      Class characters;
    };
    static const std::vector<Name> kNames = {
        {"[:alnum:]", {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}},
        {"[:alpha:]", {{'A', 'Z'}, {'a', 'z'}}},
        {"[:blank:]", {{'\t', '\t'}, {' ', ' '}}},
        {"[:digit:]", {{'0', '9'}}},
        {"[:lower:]", {{'a', 'z'}}},
        {"[:punct:]", {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}},
        {"[:space:]", {{'\t', '\r'}, {' ', ' '}}},
        {"[:upper:]", {{'A', 'Z'}}},
        {"[:word:]", {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}},
        {"[:xdigit:]", {{'0', '9'}, {'A', 'F'}, {'a', 'f'}}},
    };
    for (const Name& name : kNames) {
      if (!Consume(name.name)) continue;
      Class characters = name.characters;
      Fold(&characters);
      out->insert(out->end(), characters.begin(), characters.end());
      return true;
    }
    return Fail("has a class that is not supported");
  }

  static Class Complement(Class characters) {
    std::sort(characters.begin(), characters.end());
    Class out;
    uint32_t next = 0;
    for (const auto& [low, high] : characters) {
      if (low > next) out.emplace_back(next, low - 1);
      next = std::max(next, high + 1);
    }
    if (next <= kMaxCodePoint) out.emplace_back(next, kMaxCodePoint);
    return out;
  }

  // Under (?i): the same in the other case. Of ASCII's letters two have a third
  // form: the Kelvin sign and the long s.
  bool Fold(Class* characters) {
    if (!any_case_) return true;
    const size_t count = characters->size();
    for (size_t i = 0; i < count; ++i) {
      const auto [low, high] = (*characters)[i];
      if (high >= 0x80) {
        return Fail(
            "has characters beyond ASCII under (?i), which is not supported");
      }
      for (uint32_t c = low; c <= high; ++c) {
        if (!IsLetter(static_cast<char>(c))) continue;
        characters->emplace_back(c ^ 0x20, c ^ 0x20);
        if ((c | 0x20) == 'k') characters->emplace_back(0x212A, 0x212A);
        if ((c | 0x20) == 's') characters->emplace_back(0x17F, 0x17F);
      }
    }
    return true;
  }

  std::string_view text_;
  Pattern& pattern_;
  std::string& error_;
  size_t at_ = 0;
  bool any_case_ = false;
  bool dot_is_all_ = false;
};

bool Pattern::Compile(std::string_view text, std::string* error) {
  program_.clear();
  classes_.clear();
  return PatternCompiler(text, this, error).Compile();
}

bool Pattern::Matches(std::string_view text) const {
  using Op = Instruction::Op;
  constexpr uint32_t kNone = kMaxCodePoint + 1;
  // The character just read, and what is being waited for after it.
  uint32_t before = kNone;
  std::vector<size_t> waiting;
  // By instruction: whether it was reached at this place.
  std::vector<bool> reached(program_.size());
  std::vector<size_t> left;
  for (size_t at = 0;;) {
    const bool end = at >= text.size();
    uint32_t next = kNone;
    if (!end && !TakeUtf8(text, &at, &next)) ++at;

    std::fill(reached.begin(), reached.end(), false);
    const auto reach = [&](size_t i) {
      if (reached[i]) return;
      reached[i] = true;
      left.push_back(i);
    };
    // A match may begin anywhere.
    reach(0);
    for (const size_t i : waiting) reach(i);
    waiting.clear();
    while (!left.empty()) {
      const size_t i = left.back();
      left.pop_back();
      const Instruction& instruction = program_[i];
      const bool boundary = IsWord(before) != IsWord(next);
      switch (instruction.op) {
        case Op::kMatch:
          return true;
        case Op::kBoth:
          reach(instruction.to);
          reach(instruction.other);
          break;
        case Op::kBegin:
          if (before == kNone) reach(i + 1);
          break;
        case Op::kEnd:
          if (end) reach(i + 1);
          break;
        case Op::kWordBoundary:
          if (boundary) reach(i + 1);
          break;
        case Op::kNoWordBoundary:
          if (!boundary) reach(i + 1);
          break;
        case Op::kCharacter: {
          const Class& characters = classes_[instruction.to];
          const bool in = std::any_of(
              characters.begin(), characters.end(), [&](const auto& range) {
                return next >= range.first && next <= range.second;
              });
          if (in && !end) waiting.push_back(i + 1);
          break;
        }
      }
    }
    if (end) return false;
    before = next;
  }
}

}  // namespace colocation::cel
