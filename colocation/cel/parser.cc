#include "colocation/cel/parser.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "colocation/cel/number.h"
#include "colocation/cel/text.h"

namespace colocation::cel {
namespace {

using Kind = Node::Kind;

struct Token {
  enum class Type {
    kEnd,
    kName,
    kQuotedName,  // of a field: `a-b`
    kInt,
    kUint,
    kDouble,
    kString,
    kBytes,
    kSign
  };
  Type type = Type::kEnd;
  size_t offset = 0;
  std::string_view text;
  // Of a string: what it stands for.
  std::string content;
};

constexpr int kMaxDepth = 250;
// Terms of one sum, or of one conjunction.
constexpr int kMaxTerms = 2000;

// Names that no variable may have.
constexpr std::string_view kReserved[] = {
    "as",        "break",  "const",  "continue", "else", "for",
    "function",  "if",     "import", "let",      "loop", "package",
    "namespace", "return", "var",    "void",     "while"};

bool IsNameStart(char c) { return IsLetter(c) || c == '_'; }
bool IsNamePart(char c) { return IsLetterOrDigit(c) || c == '_'; }

class Parser {
 public:
  Parser(std::string_view text, Tree* tree, Fault* fault)
      : text_(text), tree_(*tree), fault_(*fault) {}

  bool Parse() {
    if (!Advance()) return false;
    const int root = Expression();
    if (root < 0) return false;
    if (token_.type != Token::Type::kEnd)
      return Fail(Concat("\"", token_.text, "\" is not expected here"));
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
      while (at_ < text_.size() && Contains(" \t\r\n\f", text_[at_])) ++at_;
      if (!text_.substr(at_).starts_with("//")) break;
      while (at_ < text_.size() && text_[at_] != '\n') ++at_;
    }
    token_ = {Token::Type::kEnd, at_, text_.substr(at_, 0), {}};
    if (at_ >= text_.size()) return true;
    const size_t quote = StringPrefix();
    if (quote > 0) return ReadString(quote - 1);
    const char c = text_[at_];
    if (IsNameStart(c)) {
      size_t end = at_ + 1;
      while (IsNamePart(At(end))) ++end;
      return Take(Token::Type::kName, end);
    }
    if (c == '`') return ReadQuotedName();
    if (IsDigit(c) || (c == '.' && IsDigit(At(at_ + 1)))) return ReadNumber();
    for (const std::string_view sign : {"==", "!=", "<=", ">=", "&&", "||"}) {
      if (text_.substr(at_).starts_with(sign))
        return Take(Token::Type::kSign, at_ + 2);
    }
    if (Contains("+-*/%!<>?:.,()[]{}", c))
      return Take(Token::Type::kSign, at_ + 1);
    return Fail(Concat("\"", text_.substr(at_, 1), "\" has no meaning here"));
  }

  bool ReadQuotedName() {
    size_t end = at_ + 1;
    while (IsNamePart(At(end)) || Contains(".-/ ", At(end))) ++end;
    if (At(end) != '`' || end == at_ + 1) return Fail("this name does not end");
    Take(Token::Type::kQuotedName, end + 1);
    token_.text = token_.text.substr(1, token_.text.size() - 2);
    return true;
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
    const bool bytes = ToLower(text_[at_]) == 'b';
    const bool raw = letters > 0 && ToLower(text_[at_ + letters - 1]) == 'r';
    size_t i = at_ + letters;
    const char quote = text_[i];
    const std::string thrice(3, quote);
    const bool is_long = text_.substr(i).starts_with(thrice);
    const std::string_view close =
        is_long ? std::string_view(thrice) : text_.substr(i, 1);
    i += close.size();
    std::string content;
    while (!text_.substr(i).starts_with(close)) {
      const char c = At(i);
      if (i >= text_.size() || (!is_long && (c == '\n' || c == '\r')))
        return Fail("this string does not end");
      if (c == '\\' && !raw) {
        token_.offset = i;
        const size_t length = Unescape(text_.substr(i + 1), bytes, &content);
        if (length == 0) return Fail("there is no such escape in a string");
        i += 1 + length;
      } else {
        // The ends of lines are made one (parser/unescape.go in cel-go).
        if (c == '\r' && At(i + 1) == '\n') ++i;
        content.push_back(c == '\r' ? '\n' : c);
        ++i;
      }
    }
    token_.offset = at_;
    token_.content = std::move(content);
    return Take(bytes ? Token::Type::kBytes : Token::Type::kString,
                i + close.size());
  }

  // Appends what the text after a backslash stands for. Its length; zero where
  // it stands for nothing.
  static size_t Unescape(std::string_view text, bool bytes, std::string* out) {
    if (text.empty()) return 0;
    constexpr std::string_view kNames = "abfnrtv\"'\\?`";
    constexpr std::string_view kMeant = "\a\b\f\n\r\t\v\"'\\?`";
    if (const size_t i = kNames.find(text[0]); i != kNames.npos) {
      out->push_back(kMeant[i]);
      return 1;
    }
    const bool octal = text[0] >= '0' && text[0] <= '3';
    const size_t first = octal ? 0 : 1;
    const size_t count = octal                      ? 3
                         : ToLower(text[0]) == 'x'  ? 2
                         : text[0] == 'u' && !bytes ? 4
                         : text[0] == 'U' && !bytes ? 8
                                                    : 0;
    if (count == 0 || text.size() < first + count) return 0;
    uint32_t value = 0;
    for (const char c : text.substr(first, count)) {
      if (octal ? c < '0' || c > '7' : !IsHexDigit(c)) return 0;
      value = value * (octal ? 8 : 16) + DigitValue(c);
    }
    if (bytes) {
      out->push_back(static_cast<char>(value));
    } else if (IsCodePoint(value)) {
      AppendUtf8(value, out);
    } else {
      return 0;
    }
    return first + count;
  }

  bool ReadNumber() {
    size_t end = at_;
    Token::Type type = Token::Type::kInt;
    if (text_[end] == '0' && At(end + 1) == 'x' && IsHexDigit(At(end + 2))) {
      end += 2;
      while (IsHexDigit(At(end))) ++end;
    } else {
      while (IsDigit(At(end))) ++end;
      if (At(end) == '.' && IsDigit(At(end + 1))) {
        type = Token::Type::kDouble;
        ++end;
        while (IsDigit(At(end))) ++end;
      }
      if (ToLower(At(end)) == 'e') {
        size_t power = end + 1;
        if (At(power) == '+' || At(power) == '-') ++power;
        if (IsDigit(At(power))) {
          type = Token::Type::kDouble;
          end = power;
          while (IsDigit(At(end))) ++end;
        }
      }
    }
    if (type == Token::Type::kInt && ToLower(At(end)) == 'u') {
      type = Token::Type::kUint;
      ++end;
    }
    return Take(type, end);
  }

  // --- The tree

  int Add(Kind kind, size_t offset, std::string text,
          std::vector<int> children = {}) {
    Node& node = tree_.nodes.emplace_back();
    node.kind = kind;
    node.offset = offset;
    node.text = std::move(text);
    node.children = std::move(children);
    return static_cast<int>(tree_.nodes.size()) - 1;
  }

  bool Is(std::string_view sign) const {
    return token_.type == Token::Type::kSign && token_.text == sign;
  }
  bool Consume(std::string_view sign) { return Is(sign) && Advance(); }
  bool Expect(std::string_view sign) {
    if (Is(sign)) return Advance();
    return Fail(
        token_.type == Token::Type::kEnd
            ? Concat("\"", sign, "\" is missing at the end")
            : Concat("\"", sign, "\" is expected, not \"", token_.text, "\""));
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
  std::string_view OperatorAt(int strength) const {
    static constexpr std::string_view kOperators[5][7] = {
        {"||"},
        {"&&"},
        {"<", "<=", ">=", ">", "==", "!=", "in"},
        {"+", "-"},
        {"*", "/", "%"}};
    const bool is_name = token_.type == Token::Type::kName;
    if (!is_name && token_.type != Token::Type::kSign) return {};
    for (const std::string_view op : kOperators[strength]) {
      if (!op.empty() && token_.text == op) return op;
    }
    return {};
  }

  int Binary(int strength) {
    if (strength == 5) return Unary();
    int left = Binary(strength + 1);
    for (int terms = 1; left >= 0; ++terms) {
      const std::string_view op = OperatorAt(strength);
      if (op.empty()) return left;
      if (terms >= kMaxTerms) return Failed("there are too many terms");
      const size_t offset = token_.offset;
      if (!Advance()) return -1;
      const int right = Binary(strength + 1);
      if (right < 0) return -1;
      left = Add(Kind::kCall, offset, Concat("_", op, "_"), {left, right});
    }
    return -1;
  }

  int Unary() {
    const size_t offset = token_.offset;
    for (const std::string_view op : {"!", "-"}) {
      if (!Is(op)) continue;
      int count = 0;
      while (Is(op)) {
        ++count;
        if (!Advance()) return -1;
      }
      // The least of the integers is a literal with its sign.
      const bool number = op == "-" && count == 1 &&
                          (token_.type == Token::Type::kInt ||
                           token_.type == Token::Type::kDouble);
      if (number) negative_ = true;
      int node = Member();
      negative_ = false;
      if (node < 0) return -1;
      // Two of them are nothing at all (VisitNegate in cel-go's parser).
      if (!number && count % 2 == 1)
        node = Add(Kind::kCall, offset, Concat(op, "_"), {node});
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
        const bool quoted = token_.type == Token::Type::kQuotedName;
        if (token_.type != Token::Type::kName && !quoted)
          return Failed("a name is expected after \".\"");
        std::string name(token_.text);
        if (!Advance()) return -1;
        if (quoted || !Is("(")) {
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
    const Node* at = &tree_.nodes[node];
    while (at->kind == Kind::kSelect) at = &tree_.nodes[at->children[0]];
    return at->kind == Kind::kName;
  }

  std::string QualifiedName(int node) const {
    const Node& at = tree_.nodes[node];
    if (at.kind == Kind::kName) return at.text;
    return Concat(QualifiedName(at.children[0]), ".", at.text);
  }

  int Message(int name) {
    const size_t offset = token_.offset;
    if (!Advance()) return -1;
    if (Consume(",") && !Is("}"))
      return Failed("\"}\" is expected after \",\"");
    while (!Is("}")) {
      if (token_.type != Token::Type::kName &&
          token_.type != Token::Type::kQuotedName)
        return Failed("the name of a field is expected");
      if (!Advance() || !Expect(":") || Expression() < 0) return -1;
      if (!Consume(",")) break;
    }
    if (!Expect("}")) return -1;
    return Add(Kind::kMessage, offset, QualifiedName(name));
  }

  // Expressions between `open` and `close`, which may end with a comma in a
  // list, not in a call.
  bool List(std::string_view open, std::string_view close,
            std::vector<int>* items) {
    if (!Expect(open)) return false;
    // "[,]" is a list, too.
    if (close == "]" && Consume(",")) return Expect(close);
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
    if (Consume(",") && !Is("}"))
      return Failed("\"}\" is expected after \",\"");
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
    const bool rooted = Is(".");
    if (rooted) {
      if (!Advance()) return -1;
      if (token_.type != Token::Type::kName)
        return Failed("a name is expected after \".\"");
    }
    switch (token_.type) {
      case Token::Type::kName:
        return NameOrCall(rooted);
      case Token::Type::kInt:
      case Token::Type::kUint:
      case Token::Type::kDouble:
        return Number();
      case Token::Type::kString:
        return String(Kind::kString);
      case Token::Type::kBytes:
        return String(Kind::kBytes);
      case Token::Type::kEnd:
        return Failed("an expression is expected, not the end");
      case Token::Type::kSign:
      case Token::Type::kQuotedName:
        break;
    }
    return Failed(
        Concat("an expression is expected, not \"", token_.text, "\""));
  }

  int NameOrCall(bool rooted) {
    const size_t offset = token_.offset;
    std::string name(token_.text);
    if (name == "in") return Failed("an expression is expected, not \"in\"");
    if (name == "true" || name == "false" || name == "null") {
      if (rooted) return Failed(Concat("\".", name, "\" is no name"));
      if (!Advance()) return -1;
      return Add(name == "null" ? Kind::kNull : Kind::kBool, offset, name);
    }
    if (std::find(std::begin(kReserved), std::end(kReserved), name) !=
        std::end(kReserved)) {
      return Failed(Concat("\"", name, "\" is reserved"));
    }
    if (!Advance()) return -1;
    if (!Is("(")) {
      const int node = Add(Kind::kName, offset, std::move(name));
      tree_.nodes[static_cast<size_t>(node)].rooted = rooted;
      return node;
    }
    std::vector<int> arguments;
    if (!List("(", ")", &arguments)) return -1;
    return Add(Kind::kCall, offset, std::move(name), std::move(arguments));
  }

  int String(Kind kind) {
    const size_t offset = token_.offset;
    std::string content = std::move(token_.content);
    return Advance() ? Add(kind, offset, std::move(content)) : -1;
  }

  int Number() {
    const size_t offset = token_.offset;
    const Token::Type type = token_.type;
    std::string digits = Concat(negative_ ? "-" : "", token_.text);
    negative_ = false;
    if (type == Token::Type::kUint) digits.pop_back();
    Node node;
    bool fits = false;
    if (type == Token::Type::kInt) {
      node.kind = Kind::kInt;
      fits = ParseLiteral(digits, &node.integer);
    } else if (type == Token::Type::kUint) {
      node.kind = Kind::kUint;
      fits = ParseLiteral(digits, &node.natural);
    } else {
      node.kind = Kind::kDouble;
      fits = ParseDouble(digits, &node.real);
    }
    if (!fits) return Failed("this number is too large");
    if (!Advance()) return -1;
    node.offset = offset;
    tree_.nodes.push_back(std::move(node));
    return static_cast<int>(tree_.nodes.size()) - 1;
  }

  std::string_view text_;
  Tree& tree_;
  Fault& fault_;
  size_t at_ = 0;
  Token token_;
  int depth_ = 0;
  // A minus before the number that comes next.
  bool negative_ = false;
};

}  // namespace

bool Parse(std::string_view text, Tree* tree, Fault* fault) {
  return Parser(text, tree, fault).Parse();
}

}  // namespace colocation::cel
