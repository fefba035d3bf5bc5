#include "colocation/validate/cel.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "colocation/validate/cel_parser.h"

namespace colocation {
namespace {

// An overload of a function of the standard environment. Types are letters:
// i int, u uint, d double, b bool, s string, y bytes, n null, D duration,
// T timestamp, t type, x any; A and B stand for whatever type is given, L is a
// list of A, M a map from A to B.
struct Overload {
  absl::string_view name;
  absl::string_view arguments;
  char result;
  bool method = false;  // the first argument stands before the dot
};

constexpr Overload kOverloads[] = {
    {"_?_:_", "bAA", 'A'},
    {"_&&_", "bb", 'b'},
    {"_||_", "bb", 'b'},
    {"!_", "b", 'b'},
    {"-_", "i", 'i'},
    {"-_", "d", 'd'},
    {"_==_", "AA", 'b'},
    {"_!=_", "AA", 'b'},
    {"_in_", "AL", 'b'},
    {"_in_", "AM", 'b'},
    {"_[_]", "Li", 'A'},
    {"_[_]", "MA", 'B'},
    {"_+_", "ii", 'i'},
    {"_+_", "uu", 'u'},
    {"_+_", "dd", 'd'},
    {"_+_", "ss", 's'},
    {"_+_", "yy", 'y'},
    {"_+_", "LL", 'L'},
    {"_+_", "TD", 'T'},
    {"_+_", "DT", 'T'},
    {"_+_", "DD", 'D'},
    {"_-_", "ii", 'i'},
    {"_-_", "uu", 'u'},
    {"_-_", "dd", 'd'},
    {"_-_", "TT", 'D'},
    {"_-_", "TD", 'T'},
    {"_-_", "DD", 'D'},
    {"_*_", "ii", 'i'},
    {"_*_", "uu", 'u'},
    {"_*_", "dd", 'd'},
    {"_/_", "ii", 'i'},
    {"_/_", "uu", 'u'},
    {"_/_", "dd", 'd'},
    {"_%_", "ii", 'i'},
    {"_%_", "uu", 'u'},
    {"size", "s", 'i'},
    {"size", "y", 'i'},
    {"size", "L", 'i'},
    {"size", "M", 'i'},
    {"size", "s", 'i', true},
    {"size", "y", 'i', true},
    {"size", "L", 'i', true},
    {"size", "M", 'i', true},
    {"contains", "ss", 'b', true},
    {"startsWith", "ss", 'b', true},
    {"endsWith", "ss", 'b', true},
    {"matches", "ss", 'b', true},
    {"matches", "ss", 'b'},
    {"int", "i", 'i'},
    {"int", "u", 'i'},
    {"int", "d", 'i'},
    {"int", "s", 'i'},
    {"int", "T", 'i'},
    {"uint", "u", 'u'},
    {"uint", "i", 'u'},
    {"uint", "d", 'u'},
    {"uint", "s", 'u'},
    {"double", "d", 'd'},
    {"double", "i", 'd'},
    {"double", "u", 'd'},
    {"double", "s", 'd'},
    {"bool", "b", 'b'},
    {"bool", "s", 'b'},
    {"string", "s", 's'},
    {"string", "b", 's'},
    {"string", "i", 's'},
    {"string", "u", 's'},
    {"string", "d", 's'},
    {"string", "y", 's'},
    {"string", "T", 's'},
    {"string", "D", 's'},
    {"bytes", "y", 'y'},
    {"bytes", "s", 'y'},
    {"duration", "D", 'D'},
    {"duration", "s", 'D'},
    {"timestamp", "T", 'T'},
    {"timestamp", "s", 'T'},
    {"timestamp", "i", 'T'},
    {"dyn", "A", 'x'},
    {"type", "A", 't'},
    {"getFullYear", "T", 'i', true},
    {"getFullYear", "Ts", 'i', true},
    {"getMonth", "T", 'i', true},
    {"getMonth", "Ts", 'i', true},
    {"getDayOfYear", "T", 'i', true},
    {"getDayOfYear", "Ts", 'i', true},
    {"getDayOfMonth", "T", 'i', true},
    {"getDayOfMonth", "Ts", 'i', true},
    {"getDate", "T", 'i', true},
    {"getDate", "Ts", 'i', true},
    {"getDayOfWeek", "T", 'i', true},
    {"getDayOfWeek", "Ts", 'i', true},
    {"getHours", "T", 'i', true},
    {"getHours", "Ts", 'i', true},
    {"getHours", "D", 'i', true},
    {"getMinutes", "T", 'i', true},
    {"getMinutes", "Ts", 'i', true},
    {"getMinutes", "D", 'i', true},
    {"getSeconds", "T", 'i', true},
    {"getSeconds", "Ts", 'i', true},
    {"getSeconds", "D", 'i', true},
    {"getMilliseconds", "T", 'i', true},
    {"getMilliseconds", "Ts", 'i', true},
    {"getMilliseconds", "D", 'i', true},
};

// What all types with an order can be compared by.
constexpr absl::string_view kRelations[] = {"_<_", "_<=_", "_>_", "_>=_"};
constexpr absl::string_view kOrdered = "biudsyTD";

// Names of types: the only names there are.
constexpr absl::string_view kTypeNames[] = {"int",
                                            "uint",
                                            "double",
                                            "bool",
                                            "string",
                                            "bytes",
                                            "list",
                                            "map",
                                            "null_type",
                                            "type",
                                            "google.protobuf.Timestamp",
                                            "google.protobuf.Duration"};

// A type: a letter as above, with its parts; 'V' is one not known yet, which
// `first` is bound to once it is.
struct Type {
  char letter = 'x';
  int first = -1;
  int second = -1;
};

class Checker {
 public:
  Checker(const CelTree& tree, CelFault* fault) : tree_(tree), fault_(*fault) {}

  bool Check() { return TypeOf(tree_.root) >= 0; }

  bool CheckCondition() {
    const int type = TypeOf(tree_.root);
    if (type < 0) return false;
    const char letter = types_[Resolve(type)].letter;
    if (letter == 'b' || letter == 'x' || letter == 'V') return true;
    Fail(tree_.nodes[tree_.root],
         absl::StrCat("this has to be a bool, not a ", Name(type)));
    return false;
  }

 private:
  int Fail(const CelNode& node, std::string message) {
    if (fault_.message.empty()) fault_ = {node.offset, std::move(message)};
    return -1;
  }

  // --- Types

  int Make(char letter, int first = -1, int second = -1) {
    types_.push_back({letter, first, second});
    return static_cast<int>(types_.size()) - 1;
  }

  int Resolve(int type) const {
    while (types_[type].letter == 'V' && types_[type].first >= 0)
      type = types_[type].first;
    return type;
  }

  void Bind(int variable, int type) {
    types_[variable].first = type;
    bound_.push_back(variable);
  }

  bool Occurs(int variable, int type) const {
    type = Resolve(type);
    if (type == variable) return true;
    const Type& at = types_[type];
    return at.letter != 'V' &&
           ((at.first >= 0 && Occurs(variable, at.first)) ||
            (at.second >= 0 && Occurs(variable, at.second)));
  }

  // Whether the two can be one type; variables are bound so that they are.
  bool Unify(int a, int b) {
    a = Resolve(a);
    b = Resolve(b);
    if (a == b) return true;
    if (types_[a].letter == 'V') {
      if (Occurs(a, b)) return false;
      Bind(a, b);
      return true;
    }
    if (types_[b].letter == 'V') return Unify(b, a);
    if (types_[a].letter == 'x' || types_[b].letter == 'x') return true;
    if (types_[a].letter != types_[b].letter) {
      // Null is a time or a duration that isn't there.
      const char other =
          types_[a].letter == 'n' ? types_[b].letter : types_[a].letter;
      return (types_[a].letter == 'n' || types_[b].letter == 'n') &&
             (other == 'T' || other == 'D');
    }
    const Type left = types_[a], right = types_[b];
    return (left.first < 0 || Unify(left.first, right.first)) &&
           (left.second < 0 || Unify(left.second, right.second));
  }

  // Takes back what has been bound since there were `count`.
  void Unbind(size_t count) {
    while (bound_.size() > count) {
      types_[bound_.back()].first = -1;
      bound_.pop_back();
    }
  }

  std::string Name(int type) const {
    type = Resolve(type);
    const Type& at = types_[type];
    switch (at.letter) {
      case 'i':
        return "int";
      case 'u':
        return "uint";
      case 'd':
        return "double";
      case 'b':
        return "bool";
      case 's':
        return "string";
      case 'y':
        return "bytes";
      case 'n':
        return "null";
      case 'D':
        return "duration";
      case 'T':
        return "timestamp";
      case 't':
        return "type";
      case 'L':
        return absl::StrCat("list(", Name(at.first), ")");
      case 'M':
        return absl::StrCat("map(", Name(at.first), ", ", Name(at.second), ")");
      default:
        return "dyn";
    }
  }

  // --- Calls

  // The type of a letter in an overload whose A and B are given.
  int Instance(char letter, const std::array<int, 2>& given) {
    if (letter == 'A') return given[0];
    if (letter == 'B') return given[1];
    if (letter == 'L') return Make('L', given[0]);
    if (letter == 'M') return Make('M', given[0], given[1]);
    return Make(letter);
  }

  // The result of the overload, -1 where it isn't for these arguments.
  int Try(absl::string_view signature, char result,
          const std::vector<int>& arguments) {
    if (signature.size() != arguments.size()) return -1;
    const std::array<int, 2> given = {Make('V'), Make('V')};
    for (size_t i = 0; i < arguments.size(); ++i) {
      if (!Unify(Instance(signature[i], given), arguments[i])) return -1;
    }
    return Instance(result, given);
  }

  int Call(const CelNode& node, bool method,
           const std::vector<int>& arguments) {
    const size_t bound = bound_.size();
    int result = -1;
    bool name_known = false;
    const auto consider = [&](absl::string_view signature, char letter) {
      name_known = true;
      // The first that fits binds; where more do, any of them may be meant.
      if (result >= 0) {
        const size_t before = bound_.size();
        const int other = Try(signature, letter, arguments);
        if (other >= 0 &&
            types_[Resolve(other)].letter != types_[Resolve(result)].letter)
          result = Make('x');
        Unbind(before);
        return;
      }
      result = Try(signature, letter, arguments);
      if (result < 0) Unbind(bound);
    };
    for (const Overload& overload : kOverloads) {
      if (overload.name == node.text && overload.method == method)
        consider(overload.arguments, overload.result);
    }
    if (!method && std::find(std::begin(kRelations), std::end(kRelations),
                             node.text) != std::end(kRelations)) {
      for (const char ordered : kOrdered) {
        const char both[] = {ordered, ordered};
        consider(absl::string_view(both, 2), 'b');
      }
    }
    if (result >= 0) return result;
    if (!name_known)
      return Fail(node,
                  absl::StrCat("there is no function \"", node.text, "\""));
    std::string types;
    for (const int argument : arguments)
      absl::StrAppend(&types, types.empty() ? "" : ", ", Name(argument));
    return Fail(node,
                absl::StrCat("\"", node.text, "\" is not for (", types, ")"));
  }

  // --- Macros

  // The type of the elements that a macro goes through.
  int ElementType(const CelNode& node, int range) {
    range = Resolve(range);
    const Type& type = types_[range];
    if (type.letter == 'L' || type.letter == 'M') return type.first;
    if (type.letter == 'x' || type.letter == 'V') return Make('x');
    return Fail(node, absl::StrCat("a ", Name(range),
                                   " has no elements to go through"));
  }

  // The type of `expression` where the variable is of type `element`.
  int TypeWith(const std::string& variable, int element, int expression) {
    variables_.emplace_back(variable, element);
    const int type = TypeOf(expression);
    variables_.pop_back();
    return type;
  }

  bool RequireBool(const CelNode& node, int type) {
    if (type < 0) return false;
    if (Unify(type, Make('b'))) return true;
    Fail(node, absl::StrCat("this has to be a bool, not a ", Name(type)));
    return false;
  }

  static bool IsMacro(const CelNode& node) {
    const size_t count = node.children.size();
    for (const absl::string_view name :
         {"all", "exists", "exists_one", "existsOne", "filter"}) {
      if (node.text == name) return count == 3;
    }
    return node.text == "map" && (count == 3 || count == 4);
  }

  int Macro(const CelNode& node) {
    const CelNode& variable = tree_.nodes[node.children[1]];
    if (variable.kind != CelNode::Kind::kName)
      return Fail(variable, "the name of a variable is expected here");
    const int range = TypeOf(node.children[0]);
    if (range < 0) return -1;
    const int element = ElementType(node, range);
    if (element < 0) return -1;
    const bool maps = node.text == "map";
    const bool condition = !maps || node.children.size() == 4;
    if (condition &&
        !RequireBool(node, TypeWith(variable.text, element, node.children[2])))
      return -1;
    if (!maps) return node.text == "filter" ? Make('L', element) : Make('b');
    const int to = TypeWith(variable.text, element, node.children.back());
    return to < 0 ? -1 : Make('L', to);
  }

  int Has(const CelNode& node) {
    const CelNode& argument = tree_.nodes[node.children[0]];
    if (argument.kind != CelNode::Kind::kSelect)
      return Fail(node, "has() is for a field: has(a.b)");
    return TypeOf(node.children[0]) < 0 ? -1 : Make('b');
  }

  // --- Nodes

  int NameType(const CelNode& node) {
    for (auto it = variables_.rbegin(); it != variables_.rend(); ++it) {
      if (it->first == node.text) return it->second;
    }
    if (std::find(std::begin(kTypeNames), std::end(kTypeNames), node.text) !=
        std::end(kTypeNames))
      return Make('t');
    return Fail(node,
                absl::StrCat("there is no variable \"", node.text, "\" here"));
  }

  bool IsVariable(const CelNode& node) const {
    return std::any_of(
        variables_.begin(), variables_.end(),
        [&](const auto& each) { return each.first == node.text; });
  }

  // "a.b.c" of names only; empty where there is something else.
  std::string QualifiedName(const CelNode& node) const {
    if (node.kind == CelNode::Kind::kName)
      return IsVariable(node) ? "" : node.text;
    if (node.kind != CelNode::Kind::kSelect) return "";
    const std::string before = QualifiedName(tree_.nodes[node.children[0]]);
    return before.empty() ? "" : absl::StrCat(before, ".", node.text);
  }

  int SelectType(const CelNode& node) {
    const std::string name = QualifiedName(node);
    if (std::find(std::begin(kTypeNames), std::end(kTypeNames), name) !=
        std::end(kTypeNames))
      return Make('t');
    const int of = TypeOf(node.children[0]);
    if (of < 0) return -1;
    const Type type = types_[Resolve(of)];
    if (type.letter == 'M') return type.second;
    if (type.letter == 'x' || type.letter == 'V') return Make('x');
    return Fail(node, absl::StrCat("a ", Name(of), " has no fields"));
  }

  // The type of all of them, dyn where they differ; `first` and every `step`th
  // after it.
  int Joined(const CelNode& node, size_t first, size_t step) {
    int joined = -1;
    bool same = true;
    for (size_t i = first; i < node.children.size(); i += step) {
      const int type = TypeOf(node.children[i]);
      if (type < 0) return -1;
      if (joined < 0) {
        joined = type;
      } else if (same) {
        const size_t bound = bound_.size();
        same = Unify(joined, type);
        if (!same) Unbind(bound);
      }
    }
    if (joined < 0) return Make('V');
    return same ? joined : Make('x');
  }

  // Whether the arguments come first, then the call.
  static bool HasPlainArguments(const CelNode& node) {
    if (node.kind == CelNode::Kind::kMethod) return !IsMacro(node);
    return node.kind == CelNode::Kind::kCall &&
           !(node.text == "has" && node.children.size() == 1);
  }

  // Goes down first arguments without recursion: "1+1+1+..." is a call whose
  // first argument is a call, and so on.
  int TypeOf(int index) {
    std::vector<const CelNode*> calls;
    for (;;) {
      const CelNode& node = tree_.nodes[index];
      if (!HasPlainArguments(node) || node.children.empty()) break;
      calls.push_back(&node);
      index = node.children.front();
    }
    int type = TypeOfOther(tree_.nodes[index]);
    for (; type >= 0 && !calls.empty(); calls.pop_back()) {
      type = TypeOfCall(*calls.back(), type);
    }
    return type;
  }

  int TypeOfCall(const CelNode& node, int first) {
    std::vector<int> arguments = {first};
    for (size_t i = 1; i < node.children.size(); ++i) {
      const int type = TypeOf(node.children[i]);
      if (type < 0) return -1;
      arguments.push_back(type);
    }
    return Call(node, node.kind == CelNode::Kind::kMethod, arguments);
  }

  // Of what is no call with arguments that are checked like any other.
  int TypeOfOther(const CelNode& node) {
    switch (node.kind) {
      case CelNode::Kind::kInt:
        return Make('i');
      case CelNode::Kind::kUint:
        return Make('u');
      case CelNode::Kind::kDouble:
        return Make('d');
      case CelNode::Kind::kString:
        return Make('s');
      case CelNode::Kind::kBytes:
        return Make('y');
      case CelNode::Kind::kBool:
        return Make('b');
      case CelNode::Kind::kNull:
        return Make('n');
      case CelNode::Kind::kMessage:
        return Make('x');
      case CelNode::Kind::kName:
        return NameType(node);
      case CelNode::Kind::kSelect:
        return SelectType(node);
      case CelNode::Kind::kList: {
        const int element = Joined(node, 0, 1);
        return element < 0 ? -1 : Make('L', element);
      }
      case CelNode::Kind::kMap: {
        const int key = Joined(node, 0, 2);
        if (key < 0) return -1;
        const int value = Joined(node, 1, 2);
        return value < 0 ? -1 : Make('M', key, value);
      }
      case CelNode::Kind::kMethod:
        return IsMacro(node) ? Macro(node) : Call(node, true, {});
      case CelNode::Kind::kCall:
        return node.children.empty() ? Call(node, false, {}) : Has(node);
    }
    return -1;
  }

  const CelTree& tree_;
  CelFault& fault_;
  std::vector<Type> types_;
  // Variables of types, in the order in which they were bound.
  std::vector<int> bound_;
  // Of macros, the innermost last.
  std::vector<std::pair<std::string, int>> variables_;
};

}  // namespace

std::optional<CelFault> CheckCel(absl::string_view text) {
  CelTree tree;
  CelFault fault;
  if (!ParseCel(text, &tree, &fault)) return fault;
  if (!Checker(tree, &fault).Check()) return fault;
  return std::nullopt;
}

std::optional<CelFault> CheckCelCondition(absl::string_view text) {
  CelTree tree;
  CelFault fault;
  if (!ParseCel(text, &tree, &fault)) return fault;
  if (!Checker(tree, &fault).CheckCondition()) return fault;
  return std::nullopt;
}

}  // namespace colocation
