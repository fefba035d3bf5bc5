#include "colocation/validate/cel_parser.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace colocation {
namespace {

using Kind = CelNode::Kind;

struct Token {
  enum class Type { kEnd, kName, kInt, kUint, kDouble, kString, kBytes, kSign };
  Type type = Type::kEnd;
  size_t offset = 0;
  absl::string_view text;
};

constexpr int kMaxDepth = 250;
// Terms of one sum, or of one conjunction.
constexpr int kMaxTerms = 2000;

// Names that no variable may have.
constexpr absl::string_view kReserved[] = {
    "as",        "break",  "const",  "continue", "else", "for",
    "function",  "if",     "import", "let",      "loop", "package",
    "namespace", "return", "var",    "void",     "while"};

bool IsNameStart(char c) { return absl::ascii_isalpha(c) || c == '_'; }
bool IsNamePart(char c) { return absl::ascii_isalnum(c) || c == '_'; }

class Parser {
 public:
  Parser(absl::string_view text, CelTree* tree, CelFault* fault)
      : text_(text), tree_(*tree), fault_(*fault) {}

  bool Parse() {
    if (!Advance()) return false;
    const int root = Expression();
    if (root < 0) return false;
    if (token_.type != Token::Type::kEnd)
      return Fail(absl::StrCat("\"", token_.text, "\" is not expected here"));
    tree_.root = root;
    return true;
  }

 private:
  bool Fail(std::string message) {
    if (fault_.message.empty()) fault_ = {token_.offset, std::move(message)};
    return false;
  }
  int Failed(std::string message) {
    Fail(std::move(message));
    return -1;
  }

  // --- Tokens

  char At(size_t i) const { return i < text_.size() ? text_[i] : '\0'; }

  bool Advance() {
    while (true) {
      while (at_ < text_.size() && absl::StrContains(" \t\r\n\f", text_[at_]))
        ++at_;
      if (!absl::StartsWith(text_.substr(at_), "//")) break;
      while (at_ < text_.size() && text_[at_] != '\n') ++at_;
    }
    token_ = {Token::Type::kEnd, at_, text_.substr(at_, 0)};
    if (at_ >= text_.size()) return true;
    const size_t quote = StringPrefix();
    if (quote > 0) return ReadString(quote - 1);
    const char c = text_[at_];
    if (IsNameStart(c)) {
      size_t end = at_ + 1;
      while (IsNamePart(At(end))) ++end;
      return Take(Token::Type::kName, end);
    }
    if (absl::ascii_isdigit(c) ||
        (c == '.' && absl::ascii_isdigit(At(at_ + 1))))
      return ReadNumber();
    for (const absl::string_view sign : {"==", "!=", "<=", ">=", "&&", "||"}) {
      if (absl::StartsWith(text_.substr(at_), sign))
        return Take(Token::Type::kSign, at_ + 2);
    }
    if (absl::StrContains("+-*/%!<>?:.,()[]{}", c))
      return Take(Token::Type::kSign, at_ + 1);
    return Fail(
        absl::StrCat("\"", text_.substr(at_, 1), "\" has no meaning here"));
  }

  bool Take(Token::Type type, size_t end) {
    token_.type = type;
    token_.text = text_.substr(at_, end - at_);
    at_ = end;
    return true;
  }

  // One more than the number of letters before a quote; zero where there is no
  // string.
  size_t StringPrefix() const {
    size_t i = at_;
    if (At(i) == 'b' || At(i) == 'B') ++i;
    if (At(i) == 'r' || At(i) == 'R') ++i;
    return At(i) == '"' || At(i) == '\'' ? i - at_ + 1 : 0;
  }

  bool ReadString(size_t letters) {
    const bool bytes = absl::ascii_tolower(text_[at_]) == 'b';
    const bool raw =
        letters > 0 && absl::ascii_tolower(text_[at_ + letters - 1]) == 'r';
    size_t i = at_ + letters;
    const char quote = text_[i];
    const std::string thrice(3, quote);
    const bool is_long = absl::StartsWith(text_.substr(i), thrice);
    const absl::string_view close =
        is_long ? absl::string_view(thrice) : text_.substr(i, 1);
    i += close.size();
    while (!absl::StartsWith(text_.substr(i), close)) {
      const char c = At(i);
      if (i >= text_.size() || (!is_long && (c == '\n' || c == '\r')))
        return Fail("this string does not end");
      if (c != '\\' || raw) {
        ++i;
        continue;
      }
      const size_t length = EscapeLength(text_.substr(i + 1));
      if (length == 0) {
        token_.offset = i;
        return Fail("there is no such escape in a string");
      }
      i += 1 + length;
    }
    return Take(bytes ? Token::Type::kBytes : Token::Type::kString,
                i + close.size());
  }

  // Of what follows the backslash.
  static size_t EscapeLength(absl::string_view text) {
    if (text.empty()) return 0;
    const auto digits = [&](size_t from, size_t count, bool hex) {
      if (text.size() < from + count) return false;
      return std::all_of(
          text.begin() + from, text.begin() + from + count, [&](char c) {
            return hex ? absl::ascii_isxdigit(c) : c >= '0' && c <= '7';
          });
    };
    if (absl::StrContains("abfnrtv\"'\\?`", text[0])) return 1;
    if (text[0] == 'x' || text[0] == 'X') return digits(1, 2, true) ? 3 : 0;
    if (text[0] == 'u') return digits(1, 4, true) ? 5 : 0;
    if (text[0] == 'U') return digits(1, 8, true) ? 9 : 0;
    return text[0] <= '3' && digits(0, 3, false) ? 3 : 0;
  }

  bool ReadNumber() {
    size_t end = at_;
    Token::Type type = Token::Type::kInt;
    if (text_[end] == '0' && absl::ascii_tolower(At(end + 1)) == 'x' &&
        absl::ascii_isxdigit(At(end + 2))) {
      end += 2;
      while (absl::ascii_isxdigit(At(end))) ++end;
    } else {
      while (absl::ascii_isdigit(At(end))) ++end;
      if (At(end) == '.' && absl::ascii_isdigit(At(end + 1))) {
        type = Token::Type::kDouble;
        ++end;
        while (absl::ascii_isdigit(At(end))) ++end;
      }
      if (absl::ascii_tolower(At(end)) == 'e') {
        size_t power = end + 1;
        if (At(power) == '+' || At(power) == '-') ++power;
        if (absl::ascii_isdigit(At(power))) {
          type = Token::Type::kDouble;
          end = power;
          while (absl::ascii_isdigit(At(end))) ++end;
        }
      }
    }
    if (type == Token::Type::kInt && absl::ascii_tolower(At(end)) == 'u') {
      type = Token::Type::kUint;
      ++end;
    }
    return Take(type, end);
  }

  // --- The tree

  int Add(Kind kind, size_t offset, std::string text,
          std::vector<int> children = {}) {
    CelNode& node = tree_.nodes.emplace_back();
    node.kind = kind;
    node.offset = offset;
    node.text = std::move(text);
    node.children = std::move(children);
    return static_cast<int>(tree_.nodes.size()) - 1;
  }

  bool Is(absl::string_view sign) const {
    return token_.type == Token::Type::kSign && token_.text == sign;
  }
  bool Consume(absl::string_view sign) { return Is(sign) && Advance(); }
  bool Expect(absl::string_view sign) {
    if (Is(sign)) return Advance();
    return Fail(token_.type == Token::Type::kEnd
                    ? absl::StrCat("\"", sign, "\" is missing at the end")
                    : absl::StrCat("\"", sign, "\" is expected, not \"",
                                   token_.text, "\""));
  }

  // One level deeper, until the end of the scope.
  class Level {
   public:
    explicit Level(int* depth) : depth_(*depth) { ++depth_; }
    ~Level() { --depth_; }
    bool too_deep() const { return depth_ > kMaxDepth; }

   private:
    int& depth_;
  };

  int Expression() {
    const Level level(&depth_);
    if (level.too_deep()) return Failed("this is nested too deep");
    const int condition = Binary(0);
    if (condition < 0 || !Is("?")) return condition;
    const size_t offset = token_.offset;
    if (!Advance()) return -1;
    const int then = Binary(0);
    if (then < 0 || !Expect(":")) return -1;
    const int otherwise = Expression();
    if (otherwise < 0) return -1;
    return Add(Kind::kCall, offset, "_?_:_", {condition, then, otherwise});
  }

  // The operator at the token, where it binds at `strength`.
  absl::string_view OperatorAt(int strength) const {
    static constexpr absl::string_view kOperators[5][7] = {
        {"||"},
        {"&&"},
        {"<", "<=", ">=", ">", "==", "!=", "in"},
        {"+", "-"},
        {"*", "/", "%"}};
    const bool is_name = token_.type == Token::Type::kName;
    if (!is_name && token_.type != Token::Type::kSign) return {};
    for (const absl::string_view op : kOperators[strength]) {
      if (!op.empty() && token_.text == op) return op;
    }
    return {};
  }

  int Binary(int strength) {
    if (strength == 5) return Unary();
    int left = Binary(strength + 1);
    for (int terms = 1; left >= 0; ++terms) {
      const absl::string_view op = OperatorAt(strength);
      if (op.empty()) return left;
      if (terms >= kMaxTerms) return Failed("there are too many terms");
      const size_t offset = token_.offset;
      if (!Advance()) return -1;
      const int right = Binary(strength + 1);
      if (right < 0) return -1;
      left =
          Add(Kind::kCall, offset, absl::StrCat("_", op, "_"), {left, right});
    }
    return -1;
  }

  int Unary() {
    const size_t offset = token_.offset;
    for (const absl::string_view op : {"!", "-"}) {
      if (!Is(op)) continue;
      int count = 0;
      while (Is(op)) {
        ++count;
        if (!Advance()) return -1;
      }
      // The least of the integers is a literal with its sign.
      const bool number = op == "-" && (token_.type == Token::Type::kInt ||
                                        token_.type == Token::Type::kDouble);
      if (number) negative_ = true;
      int node = Member();
      negative_ = false;
      if (node < 0) return -1;
      if (number) --count;
      for (; count > 0; --count)
        node = Add(Kind::kCall, offset, absl::StrCat(op, "_"), {node});
      return node;
    }
    return Member();
  }

  int Member() {
    const Level level(&depth_);
    if (level.too_deep()) return Failed("this is nested too deep");
    int node = Primary();
    int links = 0;
    while (node >= 0) {
      const size_t offset = token_.offset;
      if ((Is(".") || Is("[")) && ++links > kMaxDepth)
        return Failed("this is nested too deep");
      if (Consume(".")) {
        if (token_.type != Token::Type::kName)
          return Failed("a name is expected after \".\"");
        std::string name(token_.text);
        if (!Advance()) return -1;
        if (!Is("(")) {
          node = Add(Kind::kSelect, offset, std::move(name), {node});
          continue;
        }
        std::vector<int> arguments = {node};
        if (!List("(", ")", &arguments)) return -1;
        node =
            Add(Kind::kMethod, offset, std::move(name), std::move(arguments));
      } else if (Consume("[")) {
        const int index = Expression();
        if (index < 0 || !Expect("]")) return -1;
        node = Add(Kind::kCall, offset, "_[_]", {node, index});
      } else if (Is("{") && IsQualifiedName(node)) {
        node = Message(node);
      } else if (!fault_.message.empty()) {
        return -1;
      } else {
        return node;
      }
    }
    return -1;
  }

  bool IsQualifiedName(int node) const {
    const CelNode* at = &tree_.nodes[node];
    while (at->kind == Kind::kSelect) at = &tree_.nodes[at->children[0]];
    return at->kind == Kind::kName;
  }

  std::string QualifiedName(int node) const {
    const CelNode& at = tree_.nodes[node];
    if (at.kind == Kind::kName) return at.text;
    return absl::StrCat(QualifiedName(at.children[0]), ".", at.text);
  }

  int Message(int name) {
    const size_t offset = token_.offset;
    if (!Advance()) return -1;
    while (!Is("}")) {
      if (token_.type != Token::Type::kName)
        return Failed("the name of a field is expected");
      if (!Advance() || !Expect(":") || Expression() < 0) return -1;
      if (!Consume(",")) break;
    }
    if (!Expect("}")) return -1;
    return Add(Kind::kMessage, offset, QualifiedName(name));
  }

  // Expressions between `open` and `close`, which may end with a comma in a
  // list, not in a call.
  bool List(absl::string_view open, absl::string_view close,
            std::vector<int>* items) {
    if (!Expect(open)) return false;
    while (!Is(close)) {
      const int item = Expression();
      if (item < 0) return false;
      items->push_back(item);
      if (!Is(",")) break;
      if (!Advance()) return false;
      if (Is(close) && close == ")")
        return Fail("an expression is expected after \",\"");
    }
    return Expect(close);
  }

  int Map() {
    const size_t offset = token_.offset;
    if (!Expect("{")) return -1;
    std::vector<int> items;
    while (!Is("}")) {
      const int key = Expression();
      if (key < 0 || !Expect(":")) return -1;
      const int value = Expression();
      if (value < 0) return -1;
      items.push_back(key);
      items.push_back(value);
      if (!Consume(",")) break;
    }
    if (!Expect("}")) return -1;
    return Add(Kind::kMap, offset, "", std::move(items));
  }

  int Primary() {
    const size_t offset = token_.offset;
    if (Is("[")) {
      std::vector<int> items;
      if (!List("[", "]", &items)) return -1;
      return Add(Kind::kList, offset, "", std::move(items));
    }
    if (Is("{")) return Map();
    if (Is("(")) {
      if (!Advance()) return -1;
      const int inner = Expression();
      if (inner < 0 || !Expect(")")) return -1;
      return inner;
    }
    if (Is(".")) {
      if (!Advance()) return -1;
      if (token_.type != Token::Type::kName)
        return Failed("a name is expected after \".\"");
    }
    switch (token_.type) {
      case Token::Type::kName:
        return NameOrCall();
      case Token::Type::kInt:
      case Token::Type::kUint:
      case Token::Type::kDouble:
        return Number();
      case Token::Type::kString:
        return Advance() ? Add(Kind::kString, offset, "") : -1;
      case Token::Type::kBytes:
        return Advance() ? Add(Kind::kBytes, offset, "") : -1;
      case Token::Type::kEnd:
        return Failed("an expression is expected, not the end");
      case Token::Type::kSign:
        break;
    }
    return Failed(
        absl::StrCat("an expression is expected, not \"", token_.text, "\""));
  }

  int NameOrCall() {
    const size_t offset = token_.offset;
    std::string name(token_.text);
    if (name == "in") return Failed("an expression is expected, not \"in\"");
    if (name == "true" || name == "false" || name == "null") {
      if (!Advance()) return -1;
      return Add(name == "null" ? Kind::kNull : Kind::kBool, offset, name);
    }
    if (std::find(std::begin(kReserved), std::end(kReserved), name) !=
        std::end(kReserved)) {
      return Failed(absl::StrCat("\"", name, "\" is reserved"));
    }
    if (!Advance()) return -1;
    if (!Is("(")) return Add(Kind::kName, offset, std::move(name));
    std::vector<int> arguments;
    if (!List("(", ")", &arguments)) return -1;
    return Add(Kind::kCall, offset, std::move(name), std::move(arguments));
  }

  int Number() {
    const size_t offset = token_.offset;
    const Token::Type type = token_.type;
    std::string digits = absl::StrCat(negative_ ? "-" : "", token_.text);
    negative_ = false;
    if (type == Token::Type::kUint) digits.pop_back();
    const bool hex =
        absl::StrContains(digits, "0x") || absl::StrContains(digits, "0X");
    bool fits = true;
    if (type == Token::Type::kInt) {
      int64_t value;
      fits = hex ? absl::SimpleHexAtoi(digits, &value)
                 : absl::SimpleAtoi(digits, &value);
    } else if (type == Token::Type::kUint) {
      uint64_t value;
      fits = hex ? absl::SimpleHexAtoi(digits, &value)
                 : absl::SimpleAtoi(digits, &value);
    }
    if (!fits) return Failed("this number is too large");
    if (!Advance()) return -1;
    return Add(type == Token::Type::kInt    ? Kind::kInt
               : type == Token::Type::kUint ? Kind::kUint
                                            : Kind::kDouble,
               offset, "");
  }

  absl::string_view text_;
  CelTree& tree_;
  CelFault& fault_;
  size_t at_ = 0;
  Token token_;
  int depth_ = 0;
  // A minus before the number that comes next.
  bool negative_ = false;
};

}  // namespace

bool ParseCel(absl::string_view text, CelTree* tree, CelFault* fault) {
  return Parser(text, tree, fault).Parse();
}

}  // namespace colocation
