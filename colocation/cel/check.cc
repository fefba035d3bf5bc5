#include "colocation/cel/check.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "colocation/cel/parser.h"
#include "colocation/cel/text.h"

namespace colocation::cel {
namespace {

// An overload of a function of the standard environment. Types are letters:
// i int, u uint, d double, b bool, s string, y bytes, n null, D duration,
// T timestamp, t type, x any; A and B stand for whatever type is given, L is a
// list of A, M a map from A to B.
struct Overload {
  std::string_view name;
  std::string_view arguments;
  char result;
  bool method = false;  // the first argument stands before the dot
};

// In cel-go's order (common/stdlib/standard.go), which matters for arguments
// of a type not known yet: it becomes that of the first that fits.
constexpr Overload kOverloads[] = {
    {"_?_:_", "bAA", 'A'},
    {"_&&_", "bb", 'b'},
    {"_||_", "bb", 'b'},
    {"!_", "b", 'b'},
    {"-_", "d", 'd'},
    {"-_", "i", 'i'},
    {"_==_", "AA", 'b'},
    {"_!=_", "AA", 'b'},
    {"_in_", "AL", 'b'},
    {"_in_", "AM", 'b'},
    {"_[_]", "Li", 'A'},
    {"_[_]", "MA", 'B'},
    {"_+_", "yy", 'y'},
    {"_+_", "dd", 'd'},
    {"_+_", "DD", 'D'},
    {"_+_", "DT", 'T'},
    {"_+_", "TD", 'T'},
    {"_+_", "ii", 'i'},
    {"_+_", "LL", 'L'},
    {"_+_", "ss", 's'},
    {"_+_", "uu", 'u'},
    {"_-_", "dd", 'd'},
    {"_-_", "DD", 'D'},
    {"_-_", "ii", 'i'},
    {"_-_", "TD", 'T'},
    {"_-_", "TT", 'D'},
    {"_-_", "uu", 'u'},
    {"_*_", "dd", 'd'},
    {"_*_", "ii", 'i'},
    {"_*_", "uu", 'u'},
    {"_/_", "dd", 'd'},
    {"_/_", "ii", 'i'},
    {"_/_", "uu", 'u'},
    {"_%_", "ii", 'i'},
    {"_%_", "uu", 'u'},
    {"size", "y", 'i'},
    {"size", "L", 'i'},
    {"size", "M", 'i'},
    {"size", "s", 'i'},
    {"size", "y", 'i', true},
    {"size", "L", 'i', true},
    {"size", "M", 'i', true},
    {"size", "s", 'i', true},
    {"contains", "ss", 'b', true},
    {"startsWith", "ss", 'b', true},
    {"endsWith", "ss", 'b', true},
    {"matches", "ss", 'b', true},
    {"matches", "ss", 'b'},
    {"int", "i", 'i'},
    {"int", "d", 'i'},
    {"int", "D", 'i'},
    {"int", "s", 'i'},
    {"int", "T", 'i'},
    {"int", "u", 'i'},
    {"uint", "u", 'u'},
    {"uint", "d", 'u'},
    {"uint", "i", 'u'},
    {"uint", "s", 'u'},
    {"double", "d", 'd'},
    {"double", "i", 'd'},
    {"double", "s", 'd'},
    {"double", "u", 'd'},
    {"bool", "b", 'b'},
    {"bool", "s", 'b'},
    {"string", "s", 's'},
    {"string", "b", 's'},
    {"string", "y", 's'},
    {"string", "d", 's'},
    {"string", "D", 's'},
    {"string", "i", 's'},
    {"string", "T", 's'},
    {"string", "u", 's'},
    {"bytes", "y", 'y'},
    {"bytes", "s", 'y'},
    {"duration", "D", 'D'},
    {"duration", "s", 'D'},
    {"timestamp", "T", 'T'},
    {"timestamp", "i", 'T'},
    {"timestamp", "s", 'T'},
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

// What all types with an order can be compared by. Numbers of different kinds
// can't be, but they can from the first macro on: cel-go forgets there that it
// leaves these overloads out (checker/env.go, enterScope).
constexpr std::string_view kRelations[] = {"_<_", "_<=_", "_>_", "_>=_"};
constexpr std::string_view kOrdered[] = {"bb", "ii", "id", "iu", "uu",
                                         "ud", "ui", "dd", "di", "du",
                                         "ss", "yy", "TT", "DD"};

// Names of types: the only names there are.
constexpr std::string_view kTypeNames[] = {"int",
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

constexpr size_t kMaxSteps = 1'000'000;

class Checker {
 public:
  Checker(const Tree& tree, Fault* fault) : tree_(tree), fault_(*fault) {}

  bool Check() {
    return TypeOf(tree_.root) >= 0 && NotTooLarge(tree_.nodes.front());
  }

  bool CheckCondition() {
    const int type = TypeOf(tree_.root);
    if (type < 0) return false;
    // cel-go takes such a variable for the name of a type, and fails.
    for (const auto& [node, of] : used_) {
      if (At(Resolve(of)).letter == 't') {
        Fail(*node, "a variable for types has no value");
        return false;
      }
    }
    const char letter = types_[Resolve(type)].letter;
    if (letter == 'b' || letter == 'x' || letter == 'V')
      return NotTooLarge(tree_.nodes.front());
    Fail(tree_.nodes[tree_.root],
         Concat("this has to be a bool, not a ", Name(type)));
    return false;
  }

 private:
  int Fail(const Node& node, std::string message) {
    if (!fault_.message.empty()) return -1;
    fault_ = {node.offset, std::move(message)};
    if (steps_ > kMaxSteps) {
      fault_.message = "the types of this expression are too large";
      fault_.too_large = true;
    }
    return -1;
  }

  bool NotTooLarge(const Node& node) {
    return steps_ <= kMaxSteps || Fail(node, "") >= 0;
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

  const Type& At(int type) const { return types_[static_cast<size_t>(type)]; }
  bool IsUnknown(int type) const { return At(type).letter == 'V'; }

  void Bind(int variable, int type) {
    bound_.emplace_back(variable, At(variable).first);
    types_[static_cast<size_t>(variable)].first = type;
  }

  // Takes back what has been bound since there were `count`.
  void Unbind(size_t count) {
    for (; bound_.size() > count; bound_.pop_back()) {
      types_[static_cast<size_t>(bound_.back().first)].first =
          bound_.back().second;
    }
  }

  // One step of what follows. Types share their parts, so that a small
  // expression can make one that takes for ever to be looked at.
  bool Step() const { return ++steps_ <= kMaxSteps; }

  // The same types; variables only if they are one.
  bool Same(int a, int b) const {
    if (a == b) return true;
    const Type &left = At(a), &right = At(b);
    return Step() && left.letter == right.letter && left.letter != 'V' &&
           (left.first < 0 || Same(left.first, right.first)) &&
           (left.second < 0 || Same(left.second, right.second));
  }

  bool Occurs(int variable, int type) const {
    if (type == variable || !Step()) return true;
    const Type& at = At(type);
    return (at.first >= 0 && Occurs(variable, at.first)) ||
           (at.second >= 0 && Occurs(variable, at.second));
  }

  // What follows is cel-go's idea of which types go together
  // (checker/types.go). It isn't unification: dyn goes with everything, the
  // more general of two types stays, and the order matters.

  // isEqualOrLessSpecific.
  bool IsAsGeneral(int a, int b) const {
    const Type &left = At(a), &right = At(b);
    if (left.letter == 'x' || left.letter == 'V') return true;
    return Step() && left.letter == right.letter &&
           (left.first < 0 || IsAsGeneral(left.first, right.first)) &&
           (left.second < 0 || IsAsGeneral(left.second, right.second));
  }

  int MoreGeneral(int a, int b) const { return IsAsGeneral(a, b) ? a : b; }

  // isValidTypeSubstitution. `*was_bound` says whether the variable stood for
  // something already.
  bool CanStandFor(int variable, int type, bool* was_bound) {
    *was_bound = true;
    if (variable == type) return true;
    const int before = At(variable).first;
    if (before < 0) {
      *was_bound = false;
      if (Occurs(variable, type)) return false;
      Bind(variable, type);
      return true;
    }
    if (Same(type, before)) return true;
    if (!Goes(type, before)) return false;
    const int general = MoreGeneral(type, before);
    if (!Occurs(variable, general)) Bind(variable, general);
    return true;
  }

  // internalIsAssignable. Variables may be bound even where it is false.
  bool Goes(int from, int to) {
    if (!Step()) return false;
    bool was_bound = false;
    if (IsUnknown(to)) {
      if (CanStandFor(to, from, &was_bound)) return true;
      if (was_bound) return false;
    }
    if (IsUnknown(from)) return CanStandFor(from, to, &was_bound);
    const Type left = At(from), right = At(to);
    if (left.letter == 'x' || right.letter == 'x') return true;
    if (left.letter != right.letter) {
      // Null is a time or a duration that isn't there.
      const char other = left.letter == 'n' ? right.letter : left.letter;
      return (left.letter == 'n' || right.letter == 'n') &&
             (other == 'T' || other == 'D');
    }
    return (left.first < 0 || Goes(left.first, right.first)) &&
           (left.second < 0 || Goes(left.second, right.second));
  }

  // Whether one goes where the other is wanted; variables are bound so that it
  // does.
  bool Assign(int from, int to) {
    const size_t bound = bound_.size();
    if (Goes(from, to)) return true;
    Unbind(bound);
    return false;
  }

  std::string Name(int type) const {
    type = Resolve(type);
    if (!Step()) return "dyn";
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
        return Concat("list(", Name(at.first), ")");
      case 'M':
        return Concat("map(", Name(at.first), ", ", Name(at.second), ")");
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
  int Try(std::string_view signature, char result,
          const std::vector<int>& arguments) {
    if (signature.size() != arguments.size()) return -1;
    const std::array<int, 2> given = {Make('V'), Make('V')};
    for (size_t i = 0; i < arguments.size(); ++i) {
      if (!Goes(arguments[i], Instance(signature[i], given))) return -1;
    }
    return Instance(result, given);
  }

  int Call(const Node& node, bool method, const std::vector<int>& arguments) {
    int result = -1;
    bool name_known = false;
    // All that fit bind; where they give different things, it is any of them.
    const auto consider = [&](std::string_view signature, char letter) {
      name_known = true;
      const size_t bound = bound_.size();
      const int given = Try(signature, letter, arguments);
      if (given < 0) {
        Unbind(bound);
      } else if (result < 0) {
        result = given;
      } else if (At(Resolve(result)).letter != 'x' &&
                 !Same(Resolve(given), Resolve(result))) {
        result = Make('x');
      }
    };
    for (const Overload& overload : kOverloads) {
      if (overload.name == node.text && overload.method == method)
        consider(overload.arguments, overload.result);
    }
    if (!method && std::find(std::begin(kRelations), std::end(kRelations),
                             node.text) != std::end(kRelations)) {
      for (const std::string_view both : kOrdered) {
        if (both[0] == both[1] || macro_seen_) consider(both, 'b');
      }
    }
    if (result >= 0) return result;
    if (!name_known)
      return Fail(node, Concat("there is no function \"", node.text, "\""));
    std::string types;
    for (const int argument : arguments)
      Append(&types, types.empty() ? "" : ", ", Name(argument));
    return Fail(node, Concat("\"", node.text, "\" is not for (", types, ")"));
  }

  // --- Macros

  // The type of the elements that a macro goes through.
  int ElementType(const Node& node, int range) {
    range = Resolve(range);
    const Type& type = types_[range];
    if (type.letter == 'L' || type.letter == 'M') return type.first;
    if (type.letter == 'x' || type.letter == 'V') return Any(range);
    return Fail(node,
                Concat("a ", Name(range), " has no elements to go through"));
  }

  // What is in something of a type that isn't known, which then stays unknown.
  int Any(int of) {
    const int any = Make('x');
    Assign(any, of);
    return any;
  }

  // The type of `expression` where the variable is of type `element`.
  int TypeWith(const std::string& variable, int element, int expression) {
    macro_seen_ = true;
    variables_.emplace_back(variable, element);
    const int type = TypeOf(expression);
    variables_.pop_back();
    return type;
  }

  bool RequireBool(const Node& node, int type) {
    if (type < 0) return false;
    if (Assign(type, Make('b'))) return true;
    Fail(node, Concat("this has to be a bool, not a ", Name(type)));
    return false;
  }

  static bool IsMacro(const Node& node) {
    const size_t count = node.children.size();
    for (const std::string_view name :
         {"all", "exists", "exists_one", "filter"}) {
      if (node.text == name) return count == 3;
    }
    return node.text == "map" && (count == 3 || count == 4);
  }

  int Macro(const Node& node) {
    const Node& variable = tree_.nodes[node.children[1]];
    if (variable.kind != Node::Kind::kName)
      return Fail(variable, "the name of a variable is expected here");
    if (variable.text == "__result__")
      return Fail(variable, "\"__result__\" is reserved");
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

  int Has(const Node& node) {
    const Node& argument = tree_.nodes[node.children[0]];
    if (argument.kind != Node::Kind::kSelect)
      return Fail(node, "has() is for a field: has(a.b)");
    return TypeOf(node.children[0]) < 0 ? -1 : Make('b');
  }

  // --- Nodes

  int NameType(const Node& node) {
    for (auto it = variables_.rbegin(); it != variables_.rend(); ++it) {
      if (it->first != node.text || node.rooted) continue;
      used_.emplace_back(&node, it->second);
      return it->second;
    }
    if (std::find(std::begin(kTypeNames), std::end(kTypeNames), node.text) !=
        std::end(kTypeNames))
      return Make('t');
    return Fail(node, Concat("there is no variable \"", node.text, "\" here"));
  }

  bool IsVariable(const Node& node) const {
    return !node.rooted && std::any_of(variables_.begin(), variables_.end(),
                                       [&](const auto& each) {
                                         return each.first == node.text;
                                       });
  }

  // "a.b.c" of names only; empty where there is something else.
  std::string QualifiedName(const Node& node) const {
    if (node.kind == Node::Kind::kName)
      return IsVariable(node) ? "" : node.text;
    if (node.kind != Node::Kind::kSelect) return "";
    const std::string before = QualifiedName(tree_.nodes[node.children[0]]);
    return before.empty() ? "" : Concat(before, ".", node.text);
  }

  int SelectType(const Node& node) {
    const std::string name = QualifiedName(node);
    if (std::find(std::begin(kTypeNames), std::end(kTypeNames), name) !=
        std::end(kTypeNames))
      return Make('t');
    const int of = TypeOf(node.children[0]);
    if (of < 0) return -1;
    const Type type = types_[Resolve(of)];
    if (type.letter == 'M') return type.second;
    if (type.letter == 'x' || type.letter == 'V') return Any(of);
    return Fail(node, Concat("a ", Name(of), " has no fields"));
  }

  // The type of all of them, dyn where they differ; `first` and every `step`th
  // after it.
  int Joined(const Node& node, size_t first, size_t step) {
    int joined = -1;
    for (size_t i = first; i < node.children.size(); i += step) {
      const int type = TypeOf(node.children[i]);
      if (type < 0) return -1;
      if (joined < 0) {
        joined = type;
      } else if (Assign(joined, type)) {
        joined = MoreGeneral(joined, type);
      } else {
        joined = Make('x');
      }
    }
    return joined < 0 ? Make('V') : joined;
  }

  // Whether the arguments come first, then the call.
  static bool HasPlainArguments(const Node& node) {
    if (node.kind == Node::Kind::kMethod) return !IsMacro(node);
    return node.kind == Node::Kind::kCall &&
           !(node.text == "has" && node.children.size() == 1);
  }

  // Goes down first arguments without recursion: "1+1+1+..." is a call whose
  // first argument is a call, and so on.
  int TypeOf(int index) {
    std::vector<const Node*> calls;
    for (;;) {
      const Node& node = tree_.nodes[index];
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

  int TypeOfCall(const Node& node, int first) {
    std::vector<int> arguments = {first};
    for (size_t i = 1; i < node.children.size(); ++i) {
      const int type = TypeOf(node.children[i]);
      if (type < 0) return -1;
      arguments.push_back(type);
    }
    return Call(node, node.kind == Node::Kind::kMethod, arguments);
  }

  // Of what is no call with arguments that are checked like any other.
  int TypeOfOther(const Node& node) {
    switch (node.kind) {
      case Node::Kind::kInt:
        return Make('i');
      case Node::Kind::kUint:
        return Make('u');
      case Node::Kind::kDouble:
        return Make('d');
      case Node::Kind::kString:
        return Make('s');
      case Node::Kind::kBytes:
        return Make('y');
      case Node::Kind::kBool:
        return Make('b');
      case Node::Kind::kNull:
        return Make('n');
      case Node::Kind::kMessage:
        return Make('x');
      case Node::Kind::kName:
        return NameType(node);
      case Node::Kind::kSelect:
        return SelectType(node);
      case Node::Kind::kList: {
        const int element = Joined(node, 0, 1);
        return element < 0 ? -1 : Make('L', element);
      }
      case Node::Kind::kMap: {
        const int key = Joined(node, 0, 2);
        if (key < 0) return -1;
        const int value = Joined(node, 1, 2);
        return value < 0 ? -1 : Make('M', key, value);
      }
      case Node::Kind::kMethod:
        return IsMacro(node) ? Macro(node) : Call(node, true, {});
      case Node::Kind::kCall:
        return node.children.empty() ? Call(node, false, {}) : Has(node);
    }
    return -1;
  }

  const Tree& tree_;
  Fault& fault_;
  std::vector<Type> types_;
  // Variables of types in the order in which they were bound, and what each was
  // bound to before.
  std::vector<std::pair<int, int>> bound_;
  // Each use of a variable of a macro, and its type.
  std::vector<std::pair<const Node*, int>> used_;
  // From the body of the first macro on.
  bool macro_seen_ = false;
  mutable size_t steps_ = 0;
  // Of macros, the innermost last.
  std::vector<std::pair<std::string, int>> variables_;
};

}  // namespace

std::optional<Fault> Check(std::string_view text) {
  Tree tree;
  Fault fault;
  if (!Parse(text, &tree, &fault)) return fault;
  if (!Checker(tree, &fault).Check()) return fault;
  return std::nullopt;
}

std::optional<Fault> CheckCondition(std::string_view text) {
  Tree tree;
  Fault fault;
  if (!Parse(text, &tree, &fault)) return fault;
  if (!Checker(tree, &fault).CheckCondition()) return fault;
  return std::nullopt;
}

}  // namespace colocation::cel
