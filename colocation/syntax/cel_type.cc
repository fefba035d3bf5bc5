#include "colocation/syntax/cel_type.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace colocation {
namespace {

enum class Type {
  kAny,  // known only when it is evaluated
  kBool,
  kInt,
  kUint,
  kDouble,
  kString,
  kBytes,
  kNull,
  kList,
  kMap,
  kType,
  kDuration,
  kTimestamp,
};

absl::string_view NameOf(Type type) {
  constexpr absl::string_view kNames[] = {
      "any",  "a Boolean",  "an int",     "a uint", "a double",
      "text", "bytes",      "null",       "a list", "a map",
      "type", "a duration", "a timestamp"};
  return kNames[static_cast<size_t>(type)];
}

struct Function {
  absl::string_view name;
  Type result;
};

// Of the standard library; those called on a value and the others.
constexpr Function kFunctions[] = {
    {"size", Type::kInt},
    {"matches", Type::kBool},
    {"contains", Type::kBool},
    {"startsWith", Type::kBool},
    {"endsWith", Type::kBool},
    {"int", Type::kInt},
    {"uint", Type::kUint},
    {"double", Type::kDouble},
    {"string", Type::kString},
    {"bytes", Type::kBytes},
    {"bool", Type::kBool},
    {"dyn", Type::kAny},
    {"type", Type::kType},
    {"duration", Type::kDuration},
    {"timestamp", Type::kTimestamp},
    {"getDate", Type::kInt},
    {"getDayOfMonth", Type::kInt},
    {"getDayOfWeek", Type::kInt},
    {"getDayOfYear", Type::kInt},
    {"getFullYear", Type::kInt},
    {"getHours", Type::kInt},
    {"getMilliseconds", Type::kInt},
    {"getMinutes", Type::kInt},
    {"getMonth", Type::kInt},
    {"getSeconds", Type::kInt},
};

// Macros with a variable of their own.
constexpr Function kMacros[] = {
    {"all", Type::kBool}, {"exists", Type::kBool}, {"exists_one", Type::kBool},
    {"map", Type::kList}, {"filter", Type::kList},
};

constexpr absl::string_view kTypeNames[] = {
    "int",   "uint", "double", "bool",      "string",
    "bytes", "list", "map",    "null_type", "type"};

template <size_t n>
std::optional<Type> Find(const Function (&functions)[n],
                         absl::string_view name) {
  for (const Function& function : functions) {
    if (function.name == name) return function.result;
  }
  return std::nullopt;
}

class Parser {
 public:
  explicit Parser(absl::string_view text) : rest_(text) {}

  std::optional<std::string> ConditionError() {
    const Type type = Expression();
    SkipBlanks();
    if (error_.empty() && !rest_.empty())
      Fail("there is an unexpected", rest_.substr(0, 1));
    if (error_.empty() && type != Type::kBool && type != Type::kAny) {
      error_ = absl::StrCat("it gives ", NameOf(type), ", not a Boolean");
    }
    if (error_.empty()) return std::nullopt;
    return error_;
  }

 private:
  Type Fail(absl::string_view what, absl::string_view at = {}) {
    if (error_.empty()) {
      error_ =
          at.empty() ? std::string(what) : absl::StrCat(what, " \"", at, "\"");
    }
    rest_ = {};
    return Type::kAny;
  }

  void SkipBlanks() {
    for (;;) {
      rest_ = absl::StripLeadingAsciiWhitespace(rest_);
      if (!absl::StartsWith(rest_, "//")) return;
      rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
    }
  }

  // Takes an operator or bracket; `not_before` are characters that would make
  // it another one.
  bool Take(absl::string_view token, absl::string_view not_before = {}) {
    SkipBlanks();
    if (!absl::StartsWith(rest_, token)) return false;
    if (rest_.size() > token.size() &&
        absl::StrContains(not_before, rest_[token.size()])) {
      return false;
    }
    rest_.remove_prefix(token.size());
    return true;
  }

  bool Expect(absl::string_view token) {
    if (Take(token)) return true;
    Fail(absl::StrCat("expected \"", token, "\""));
    return false;
  }

  static bool IsNameStart(char c) {
    return absl::ascii_isalpha(static_cast<unsigned char>(c)) || c == '_';
  }
  static bool IsNamePart(char c) {
    return IsNameStart(c) || absl::ascii_isdigit(static_cast<unsigned char>(c));
  }

  // The name at the front, which stays there.
  absl::string_view PeekName() {
    SkipBlanks();
    if (rest_.empty() || !IsNameStart(rest_[0])) return {};
    size_t size = 1;
    while (size < rest_.size() && IsNamePart(rest_[size])) ++size;
    return rest_.substr(0, size);
  }

  absl::string_view TakeName() {
    const absl::string_view name = PeekName();
    rest_.remove_prefix(name.size());
    return name;
  }

  Type Expression() {
    if (++depth_ > 100) return Fail("it nests too deep");
    Type type = Or();
    if (Take("?")) {
      Want(type, Type::kBool, "?:");
      const Type yes = Or();
      if (Expect(":")) {
        const Type no = Expression();
        type = Same(yes, no, "?:");
      }
    }
    --depth_;
    return type;
  }

  void Want(Type type, Type wanted, absl::string_view by) {
    if (type == wanted || type == Type::kAny) return;
    Fail(absl::StrCat("\"", by, "\" does not take ", NameOf(type)));
  }

  Type Same(Type a, Type b, absl::string_view by) {
    if (a == Type::kAny || b == Type::kAny) return Type::kAny;
    if (a != b) {
      Fail(absl::StrCat("\"", by, "\" does not take ", NameOf(a), " and ",
                        NameOf(b)));
    }
    return a;
  }

  Type Or() {
    Type type = And();
    while (Take("||")) {
      Want(type, Type::kBool, "||");
      Want(And(), Type::kBool, "||");
      type = Type::kBool;
    }
    return type;
  }

  Type And() {
    Type type = Relation();
    while (Take("&&")) {
      Want(type, Type::kBool, "&&");
      Want(Relation(), Type::kBool, "&&");
      type = Type::kBool;
    }
    return type;
  }

  Type Relation() {
    Type type = Sum();
    for (;;) {
      const char* op = Take("==")   ? "=="
                       : Take("!=") ? "!="
                       : Take("<=") ? "<="
                       : Take(">=") ? ">="
                       : Take("<")  ? "<"
                       : Take(">")  ? ">"
                                    : nullptr;
      if (op != nullptr) {
        Same(type, Sum(), op);
        type = Type::kBool;
        continue;
      }
      if (PeekName() != "in") return type;
      TakeName();
      const Type in = Sum();
      if (in != Type::kList && in != Type::kMap && in != Type::kAny) {
        return Fail(absl::StrCat("\"in\" does not take ", NameOf(in)));
      }
      type = Type::kBool;
    }
  }

  Type Sum() {
    Type type = Product();
    for (;;) {
      const char* op = Take("+") ? "+" : Take("-") ? "-" : nullptr;
      if (op == nullptr) return type;
      const Type other = Product();
      const bool time = type == Type::kTimestamp || type == Type::kDuration ||
                        other == Type::kTimestamp || other == Type::kDuration;
      if (time) {
        type = Type::kAny;
        continue;
      }
      type = Same(type, other, op);
      constexpr std::array kTaken = {Type::kAny,    Type::kInt,    Type::kUint,
                                     Type::kDouble, Type::kString, Type::kBytes,
                                     Type::kList};
      const size_t taken = *op == '-' ? 4 : kTaken.size();
      if (std::find(kTaken.begin(), kTaken.begin() + taken, type) ==
          kTaken.begin() + taken) {
        return Fail(absl::StrCat("\"", op, "\" does not take ", NameOf(type)));
      }
    }
  }

  Type Product() {
    Type type = Unary();
    for (;;) {
      const char* op = Take("*")   ? "*"
                       : Take("/") ? "/"
                       : Take("%") ? "%"
                                   : nullptr;
      if (op == nullptr) return type;
      type = Same(type, Unary(), op);
      if (type != Type::kAny && type != Type::kInt && type != Type::kUint &&
          (type != Type::kDouble || *op == '%')) {
        return Fail(absl::StrCat("\"", op, "\" does not take ", NameOf(type)));
      }
    }
  }

  Type Unary() {
    int nots = 0;
    while (Take("!", "=")) ++nots;
    if (nots > 0) {
      Want(Member(), Type::kBool, "!");
      return Type::kBool;
    }
    int minuses = 0;
    while (Take("-")) ++minuses;
    const Type type = Member();
    if (minuses > 0 && type != Type::kInt && type != Type::kDouble &&
        type != Type::kAny) {
      return Fail(absl::StrCat("\"-\" does not take ", NameOf(type)));
    }
    return type;
  }

  Type Member() {
    Type type = Primary();
    while (error_.empty()) {
      if (Take("[")) {
        Expression();
        Expect("]");
        type = Type::kAny;
      } else if (Take(".")) {
        const absl::string_view name = TakeName();
        if (name.empty()) return Fail("expected a name after \".\"");
        if (!Take("(")) {
          // A key of a map.
          if (type != Type::kMap && type != Type::kAny) {
            return Fail(absl::StrCat(NameOf(type), " has no"), name);
          }
          type = Type::kAny;
        } else if (const auto macro = Find(kMacros, name)) {
          const absl::string_view variable = TakeName();
          if (variable.empty()) return Fail("expected a variable's name");
          variables_.push_back(variable);
          while (Take(",")) Expression();
          variables_.pop_back();
          Expect(")");
          type = *macro;
        } else {
          type = Call(name);
        }
      } else {
        return type;
      }
    }
    return type;
  }

  // After "(".
  Type Call(absl::string_view name) {
    if (!Take(")")) {
      do {
        Expression();
      } while (Take(","));
      Expect(")");
    }
    const auto result = Find(kFunctions, name);
    return result ? *result : Fail("there is no function", name);
  }

  Type Primary() {
    SkipBlanks();
    if (rest_.empty()) return Fail("it ends too early");
    if (Take("(")) {
      const Type type = Expression();
      Expect(")");
      return type;
    }
    if (Take("[")) {
      while (error_.empty() && !Take("]")) {
        Expression();
        if (!Take(",") && Expect("]")) break;
      }
      return Type::kList;
    }
    if (Take("{")) {
      while (error_.empty() && !Take("}")) {
        Expression();
        if (Expect(":")) Expression();
        if (!Take(",") && Expect("}")) break;
      }
      return Type::kMap;
    }
    if (absl::ascii_isdigit(static_cast<unsigned char>(rest_[0])) ||
        (rest_[0] == '.' && rest_.size() > 1 &&
         absl::ascii_isdigit(static_cast<unsigned char>(rest_[1])))) {
      return Number();
    }
    if (IsTextStart()) return Text();
    Take(".");
    const absl::string_view name = TakeName();
    if (name.empty()) return Fail("there is an unexpected", rest_.substr(0, 1));
    if (name == "true" || name == "false") return Type::kBool;
    if (name == "null") return Type::kNull;
    if (Take("(")) {
      if (name == "has") {
        Expression();
        Expect(")");
        return Type::kBool;
      }
      return Call(name);
    }
    if (std::find(variables_.begin(), variables_.end(), name) !=
        variables_.end()) {
      return Type::kAny;
    }
    if (std::find(std::begin(kTypeNames), std::end(kTypeNames), name) !=
        std::end(kTypeNames)) {
      return Type::kType;
    }
    return Fail("there is no variable", name);
  }

  Type Number() {
    size_t size = 0;
    bool is_double = false;
    const bool hex = absl::StartsWith(rest_, "0x");
    if (hex) size = 2;
    while (size < rest_.size()) {
      const char c = rest_[size];
      const bool digit =
          hex ? absl::ascii_isxdigit(static_cast<unsigned char>(c))
              : absl::ascii_isdigit(static_cast<unsigned char>(c));
      const bool fraction =
          !hex && c == '.' && size + 1 < rest_.size() &&
          absl::ascii_isdigit(static_cast<unsigned char>(rest_[size + 1]));
      const bool exponent = !hex && (c == 'e' || c == 'E');
      const bool sign = !hex && (c == '+' || c == '-') && size > 0 &&
                        (rest_[size - 1] == 'e' || rest_[size - 1] == 'E');
      if (!digit && !fraction && !exponent && !sign) break;
      is_double |= fraction || exponent;
      ++size;
    }
    rest_.remove_prefix(size);
    if (!is_double && (Take("u") || Take("U"))) return Type::kUint;
    if (!rest_.empty() && IsNameStart(rest_[0])) {
      return Fail("there is an unexpected", rest_.substr(0, 1));
    }
    return is_double ? Type::kDouble : Type::kInt;
  }

  // Letters before the quote: raw, bytes.
  bool IsTextStart() const {
    size_t at = 0;
    while (at < rest_.size() && at < 2 &&
           absl::StrContains("rRbB", rest_[at])) {
      ++at;
    }
    return at < rest_.size() && (rest_[at] == '"' || rest_[at] == '\'');
  }

  Type Text() {
    bool raw = false, bytes = false;
    while (rest_[0] != '"' && rest_[0] != '\'') {
      raw |= rest_[0] == 'r' || rest_[0] == 'R';
      bytes |= rest_[0] == 'b' || rest_[0] == 'B';
      rest_.remove_prefix(1);
    }
    const std::string one(1, rest_[0]);
    const std::string three(3, rest_[0]);
    const bool long_text = absl::StartsWith(rest_, three);
    const std::string& quote = long_text ? three : one;
    rest_.remove_prefix(quote.size());
    while (!rest_.empty() && !absl::StartsWith(rest_, quote)) {
      if (rest_[0] == '\n' && !long_text) return Fail("a text is not closed");
      const bool escape = rest_[0] == '\\' && !raw && rest_.size() > 1;
      rest_.remove_prefix(escape ? 2 : 1);
    }
    if (rest_.empty()) return Fail("a text is not closed");
    rest_.remove_prefix(quote.size());
    return bytes ? Type::kBytes : Type::kString;
  }

  absl::string_view rest_;
  std::string error_;
  std::vector<absl::string_view> variables_;
  int depth_ = 0;
};

}  // namespace

std::optional<std::string> CelConditionError(absl::string_view text) {
  return Parser(text).ConditionError();
}

}  // namespace colocation
