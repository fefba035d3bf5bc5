#include "colocation/cel/evaluate.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "colocation/cel/arithmetic.h"
#include "colocation/cel/check.h"
#include "colocation/cel/conversions.h"
#include "colocation/cel/parser.h"
#include "colocation/cel/pattern.h"
#include "colocation/cel/text.h"
#include "colocation/cel/value.h"

namespace colocation::cel {
namespace {

using Kind = Value::Kind;

// In code points (parser/options.go in cel-go).
constexpr size_t kMaxLength = 100'000;

constexpr std::string_view kTypeNames[] = {
    "int",   "uint", "double", "bool",      "string",
    "bytes", "list", "map",    "null_type", "type"};

bool IsTypeName(std::string_view name) {
  return std::find(std::begin(kTypeNames), std::end(kTypeNames), name) !=
         std::end(kTypeNames);
}

// Functions of times and durations.
bool IsAboutTime(std::string_view function) {
  return function == "timestamp" || function == "duration" ||
         function.starts_with("get");
}

bool IsMacro(const Node& node) {
  if (node.kind != Node::Kind::kMethod) return false;
  for (const std::string_view name :
       {"all", "exists", "exists_one", "filter"}) {
    if (node.text == name) return node.children.size() == 3;
  }
  return node.text == "map" &&
         (node.children.size() == 3 || node.children.size() == 4);
}

bool IsHas(const Node& node) {
  return node.kind == Node::Kind::kCall && node.text == "has" &&
         node.children.size() == 1;
}

bool MayBeKey(const Value& value) {
  return value.kind == Kind::kBool || value.kind == Kind::kInt ||
         value.kind == Kind::kUint || value.kind == Kind::kString;
}

// Bytes can't be a key in Go, nor be looked for.
bool IsBadKey(const Value& map, const Value& key) {
  return key.kind == Kind::kBytes && map.size() > 0;
}
Value BadKey() {
  return Value::NotSupported("bytes as a key are not supported");
}

class Evaluator {
 public:
  explicit Evaluator(const Tree& tree) : tree_(tree), work_(kMaxWork) {}

  // Goes down to what is evaluated first without recursion: "1+1+1+..." is a
  // call whose first argument is a call, and so on. Recursion goes as deep as
  // the parser lets parentheses go.
  Value Of(int index) {
    std::vector<const Node*> pending;
    for (;;) {
      const Node& node = NodeAt(index);
      if (!HasFirst(node)) break;
      pending.push_back(&node);
      index = node.children.front();
    }
    Value value = OfFirst(NodeAt(index));
    for (; !pending.empty(); pending.pop_back()) {
      if (!work_.Take(1)) return TooMuch();
      value = After(*pending.back(), std::move(value));
    }
    return work_.done() ? TooMuch() : value;
  }

 private:
  const Node& NodeAt(int index) const {
    return tree_.nodes[static_cast<size_t>(index)];
  }
  static Value TooMuch() {
    return Value::NotSupported("this takes too much work");
  }

  // Whether its first child is evaluated before all else. That of has() is a
  // field, and what it is a field of is evaluated.
  bool HasFirst(const Node& node) const {
    switch (node.kind) {
      case Node::Kind::kCall:
      case Node::Kind::kMethod:
        return !node.children.empty() && !IsHas(node);
      case Node::Kind::kSelect:
        return !IsQualifiedTypeName(node);
      default:
        return false;
    }
  }

  const Value* Variable(const Node& name) const {
    if (name.rooted) return nullptr;
    for (auto it = variables_.rbegin(); it != variables_.rend(); ++it) {
      if (it->first == name.text) return &it->second;
    }
    return nullptr;
  }

  // google.protobuf.Timestamp and the like.
  bool IsQualifiedTypeName(const Node& node) const {
    const Node* at = &node;
    while (at->kind == Node::Kind::kSelect) at = &NodeAt(at->children[0]);
    return at->kind == Node::Kind::kName && at->text == "google" &&
           Variable(*at) == nullptr;
  }

  Value OfFirst(const Node& node) {
    if (!work_.Take(1 + node.text.size())) return TooMuch();
    switch (node.kind) {
      case Node::Kind::kInt:
        return Value::Int(node.integer);
      case Node::Kind::kUint:
        return Value::Uint(node.natural);
      case Node::Kind::kDouble:
        return Value::Double(node.real);
      case Node::Kind::kString:
        return Value::String(node.text);
      case Node::Kind::kBytes:
        return Value::Text(Kind::kBytes, node.text);
      case Node::Kind::kBool:
        return Value::Bool(node.text == "true");
      case Node::Kind::kNull:
        return {};
      case Node::Kind::kName:
        if (const Value* variable = Variable(node)) return *variable;
        if (IsTypeName(node.text)) return Value::Text(Kind::kType, node.text);
        return Value::Error(Concat("there is no \"", node.text, "\""));
      case Node::Kind::kList:
        return List(node);
      case Node::Kind::kMap:
        return Map(node);
      case Node::Kind::kCall:
        if (IsHas(node)) return Has(NodeAt(node.children[0]));
        return NoOverload(node.text);
      default:
        return Value::NotSupported("messages and times are not supported");
    }
  }

  Value List(const Node& node) {
    std::vector<Value> items;
    for (const int child : node.children) {
      Value item = Of(child);
      if (item.failed()) return item;
      items.push_back(std::move(item));
    }
    return Value::Items(Kind::kList, std::move(items));
  }

  Value Map(const Node& node) {
    std::vector<Value> items;
    for (size_t i = 0; i + 1 < node.children.size(); i += 2) {
      Value key = Of(node.children[i]);
      if (key.failed()) return key;
      Value value = Of(node.children[i + 1]);
      if (value.failed()) return value;
      if (!MayBeKey(key)) {
        return Value::NotSupported(
            Concat("a ", TypeName(key), " as a key is not supported"));
      }
      // Of equal keys the last one counts; 1 and 1u are two.
      size_t at = 0;
      while (at < items.size() &&
             !(items[at].kind == key.kind && Equal(items[at], key, &work_))) {
        at += 2;
      }
      if (at < items.size()) {
        items[at + 1] = std::move(value);
      } else {
        items.push_back(std::move(key));
        items.push_back(std::move(value));
      }
    }
    return Value::Items(Kind::kMap, std::move(items));
  }

  Value Has(const Node& select) {
    const Value of = Of(select.children[0]);
    if (of.failed()) return of;
    if (of.kind != Kind::kMap) {
      return Value::NotSupported(
          Concat("has() of a ", TypeName(of), " is not supported"));
    }
    return Value::Bool(Find(of, Value::String(select.text), &work_) != nullptr);
  }

  // The node's value from that of its first child.
  Value After(const Node& node, Value first) {
    if (first.kind == Kind::kNotSupported) return first;
    if (node.kind == Node::Kind::kSelect) {
      if (first.failed()) return first;
      return Index(first, Value::String(node.text));
    }
    if (IsMacro(node)) return Macro(node, std::move(first));
    if (node.text == "_&&_" || node.text == "_||_") {
      const bool decides = node.text == "_||_";
      if (first.kind == Kind::kBool && first.boolean == decides) return first;
      return Join(decides, first, Of(node.children[1]));
    }
    if (first.failed()) return first;
    if (node.text == "_?_:_") {
      if (first.kind != Kind::kBool) return NoOverload(node.text);
      return Of(node.children[first.boolean ? 1 : 2]);
    }
    std::vector<Value> arguments = {std::move(first)};
    for (size_t i = 1; i < node.children.size(); ++i) {
      Value argument = Of(node.children[i]);
      if (argument.failed()) return argument;
      arguments.push_back(std::move(argument));
    }
    return Call(node.text, arguments);
  }

  // "&&" and "||": one that decides does so even if the other is an error.
  static Value Join(bool decides, const Value& a, Value b) {
    if (a.kind == Kind::kNotSupported) return a;
    if (b.kind == Kind::kNotSupported) return b;
    if (a.kind == Kind::kBool && a.boolean == decides) return a;
    if (b.kind == Kind::kBool && b.boolean == decides) return b;
    if (a.failed()) return a;
    if (a.kind != Kind::kBool || (b.kind != Kind::kBool && !b.failed())) {
      return NoOverload(decides ? "_||_" : "_&&_");
    }
    return b;
  }

  // --- Macros

  Value Macro(const Node& node, Value range) {
    if (range.failed()) return range;
    const size_t step = range.kind == Kind::kMap ? 2 : 1;
    if (range.kind != Kind::kMap && range.kind != Kind::kList)
      return NoOverload(node.text);
    const bool gives_list = node.text == "map" || node.text == "filter";
    if (gives_list && range.kind == Kind::kMap && range.size() > 1) {
      // Go goes through them in an order of its own, each time another.
      return Value::NotSupported(
          Concat(node.text, "() over a map is not supported"));
    }
    const std::string& name = NodeAt(node.children[1]).text;
    const bool maps = node.text == "map";
    const bool one = node.text == "exists_one";
    const bool all = node.text == "all";
    Value decided = Value::Bool(all);
    std::vector<Value> out;
    int count = 0;
    for (size_t i = 0; i < range.items->size(); i += step) {
      const Value& item = (*range.items)[i];
      Value condition = Value::Bool(true);
      if (!maps || node.children.size() == 4)
        condition = With(name, item, node.children[2]);
      if (condition.kind == Kind::kNotSupported) return condition;
      if (!gives_list && !one) {
        decided = Join(!all, decided, std::move(condition));
        if (decided.kind == Kind::kBool && decided.boolean != all) break;
        continue;
      }
      if (condition.failed()) return condition;
      if (condition.kind != Kind::kBool) return NoOverload("_?_:_");
      if (!condition.boolean) continue;
      ++count;
      if (!gives_list) continue;
      Value element =
          maps ? With(name, item, node.children.back()) : Value(item);
      if (element.failed()) return element;
      if (!work_.Take(1 + element.text.size())) return TooMuch();
      out.push_back(std::move(element));
    }
    if (gives_list) return Value::Items(Kind::kList, std::move(out));
    return one ? Value::Bool(count == 1) : decided;
  }

  Value With(const std::string& name, const Value& value, int expression) {
    variables_.emplace_back(name, value);
    Value result = Of(expression);
    variables_.pop_back();
    return result;
  }

  // --- Functions

  Value Index(const Value& of, const Value& key) {
    if (of.kind == Kind::kMap) {
      if (IsBadKey(of, key)) return BadKey();
      if (const Value* found = Find(of, key, &work_)) return *found;
      return Value::Error("there is no such key in a map");
    }
    if (of.kind != Kind::kList || !key.is_number()) return NoOverload("_[_]");
    const Value index = ToInt(key);
    if (index.failed() || index.integer < 0 ||
        static_cast<uint64_t>(index.integer) >= of.size() ||
        !Equal(index, key, &work_)) {
      return Value::Error("there is no such element in a list");
    }
    return (*of.items)[static_cast<size_t>(index.integer)];
  }

  Value In(const Value& value, const Value& range) {
    if (range.kind == Kind::kMap) {
      if (IsBadKey(range, value)) return BadKey();
      return Value::Bool(Find(range, value, &work_) != nullptr);
    }
    if (range.kind != Kind::kList) return NoOverload("_in_");
    return Value::Bool(std::any_of(
        range.items->begin(), range.items->end(),
        [&](const Value& item) { return Equal(value, item, &work_); }));
  }

  Value Arithmetic(const std::string& function, const Value& a,
                   const Value& b) {
    const char op = function[1];
    if (a.kind != b.kind) return NoOverload(function);
    switch (a.kind) {
      case Kind::kInt:
        return Calculate(op, a.integer, b.integer);
      case Kind::kUint:
        return Calculate(op, a.natural, b.natural);
      case Kind::kDouble:
        return Calculate(op, a.real, b.real);
      case Kind::kString:
      case Kind::kBytes: {
        if (op != '+') return NoOverload(function);
        if (!work_.Take(a.text.size() + b.text.size())) return TooMuch();
        return Value::Text(a.kind, a.text + b.text);
      }
      case Kind::kList: {
        if (op != '+') return NoOverload(function);
        if (!work_.Take(a.size() + b.size())) return TooMuch();
        std::vector<Value> items = *a.items;
        items.insert(items.end(), b.items->begin(), b.items->end());
        return Value::Items(Kind::kList, std::move(items));
      }
      default:
        return NoOverload(function);
    }
  }

  Value Matches(const Value& text, const Value& expression) {
    Pattern pattern;
    std::string error;
    if (!pattern.Compile(expression.text, &error))
      return Value::NotSupported(std::move(error));
    if (!work_.Take((text.text.size() + 1) * pattern.size())) return TooMuch();
    return Value::Bool(pattern.Matches(text.text));
  }

  Value Call(const std::string& function, const std::vector<Value>& arguments) {
    if (IsAboutTime(function)) {
      return Value::NotSupported(Concat("\"", function, "\" is not supported"));
    }
    const Value& a = arguments[0];
    if (arguments.size() == 1) return CallOne(function, a);
    if (arguments.size() == 2) return CallTwo(function, a, arguments[1]);
    return NoOverload(function);
  }

  Value CallOne(const std::string& function, const Value& a) {
    if (function == "!_") {
      return a.kind == Kind::kBool ? Value::Bool(!a.boolean)
                                   : NoOverload(function);
    }
    if (function == "-_") {
      if (a.kind == Kind::kDouble) return Value::Double(-a.real);
      if (a.kind != Kind::kInt) return NoOverload(function);
      return Calculate('-', int64_t{0}, a.integer);
    }
    if (function == "size") {
      if (a.kind != Kind::kString && a.kind != Kind::kBytes &&
          a.kind != Kind::kList && a.kind != Kind::kMap) {
        return NoOverload(function);
      }
      work_.Take(a.text.size());
      return Value::Int(static_cast<int64_t>(a.size()));
    }
    if (function == "int") return ToInt(a);
    if (function == "uint") return ToUint(a);
    if (function == "double") return ToDouble(a);
    if (function == "string") return ToString(a);
    if (function == "bool") return ToBool(a);
    if (function == "dyn") return a;
    if (function == "type")
      return Value::Text(Kind::kType, std::string(TypeName(a)));
    if (function == "bytes") {
      if (a.kind != Kind::kBytes && a.kind != Kind::kString)
        return NoOverload(function);
      return Value::Text(Kind::kBytes, a.text);
    }
    return NoOverload(function);
  }

  Value CallTwo(const std::string& function, const Value& a, const Value& b) {
    if (function == "_==_") return Value::Bool(Equal(a, b, &work_));
    if (function == "_!=_") return Value::Bool(!Equal(a, b, &work_));
    if (function == "_in_") return In(a, b);
    if (function == "_[_]") return Index(a, b);
    if (function == "_<_" || function == "_<=_" || function == "_>_" ||
        function == "_>=_") {
      work_.Take(a.text.size());
      Value order = Compare(a, b);
      if (order.failed()) return order;
      const bool or_equal = function[2] == '=';
      if (order.integer == 0) return Value::Bool(or_equal);
      return Value::Bool((order.integer < 0) == (function[1] == '<'));
    }
    if (function.size() == 3 && Contains("+-*/%", function[1]))
      return Arithmetic(function, a, b);
    if (a.kind != Kind::kString || b.kind != Kind::kString)
      return NoOverload(function);
    // All of the rest are about strings. Looking for one may take as long as
    // the product of both.
    if (function == "startsWith")
      return Value::Bool(a.text.starts_with(b.text));
    if (function == "endsWith") return Value::Bool(a.text.ends_with(b.text));
    if (function == "matches") return Matches(a, b);
    if (function == "contains") {
      if (!work_.Take(a.text.size() + b.text.size())) return TooMuch();
      return Value::Bool(a.text.find(b.text) != a.text.npos);
    }
    return NoOverload(function);
  }

  const Tree& tree_;
  Work work_;
  // Of macros, the innermost last.
  std::vector<std::pair<std::string, Value>> variables_;
};

std::optional<Fault> NotSupportedAt(const Tree& tree, const Node& node) {
  const auto child = [&](size_t i) -> const Node& {
    return tree.nodes[static_cast<size_t>(node.children[i])];
  };
  const bool call = node.kind == Node::Kind::kCall;
  const bool method = node.kind == Node::Kind::kMethod;
  if (node.kind == Node::Kind::kMessage)
    return Fault{node.offset, "messages are not supported"};
  if ((call || method) && IsAboutTime(node.text)) {
    return Fault{node.offset, Concat("\"", node.text, "\" is not supported")};
  }
  if (node.kind == Node::Kind::kMap) {
    for (size_t i = 0; i < node.children.size(); i += 2) {
      const Node::Kind key = child(i).kind;
      if (key == Node::Kind::kDouble || key == Node::Kind::kBytes ||
          key == Node::Kind::kNull || key == Node::Kind::kList ||
          key == Node::Kind::kMap) {
        return Fault{child(i).offset, "such a key is not supported"};
      }
    }
  }
  if ((call || method) && node.text == "matches" && node.children.size() == 2 &&
      child(1).kind == Node::Kind::kString) {
    Pattern pattern;
    std::string error;
    if (!pattern.Compile(child(1).text, &error))
      return Fault{child(1).offset, std::move(error)};
  }
  return std::nullopt;
}

}  // namespace

Verdict Evaluate(std::string_view text) {
  if (!IsUtf8(text)) return {Verdict::Kind::kNotSupported, "this is not UTF-8"};
  if (Value::String(std::string(text)).size() > kMaxLength)
    return {Verdict::Kind::kFails, "the expression is too long"};
  if (const std::optional<Fault> fault = CheckCondition(text)) {
    return {
        fault->too_large ? Verdict::Kind::kNotSupported : Verdict::Kind::kFails,
        Concat("at ", std::to_string(fault->offset + 1), ", ", fault->message)};
  }
  Tree tree;
  Fault fault;
  Parse(text, &tree, &fault);
  for (const Node& node : tree.nodes) {
    // The checker doesn't know which there are.
    if (node.kind == Node::Kind::kMessage)
      return {Verdict::Kind::kNotSupported, "messages are not supported"};
  }
  Value value = Evaluator(tree).Of(tree.root);
  switch (value.kind) {
    case Kind::kBool:
      return {value.boolean ? Verdict::Kind::kTrue : Verdict::Kind::kFalse, ""};
    case Kind::kNotSupported:
      return {Verdict::Kind::kNotSupported, std::move(value.text)};
    case Kind::kError:
      return {Verdict::Kind::kFails, std::move(value.text)};
    default:
      return {Verdict::Kind::kFails,
              Concat("this is a ", TypeName(value), ", not a bool")};
  }
}

std::optional<Fault> FindNotSupported(std::string_view text) {
  Tree tree;
  Fault fault;
  if (!Parse(text, &tree, &fault)) return std::nullopt;
  for (const Node& node : tree.nodes) {
    if (auto found = NotSupportedAt(tree, node)) return found;
  }
  return std::nullopt;
}

}  // namespace colocation::cel
