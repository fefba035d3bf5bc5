#include "colocation/cel/value.h"

#include <cmath>

#include "colocation/cel/text.h"

namespace colocation::cel {
namespace {

using Kind = Value::Kind;

constexpr double kTwoTo63 = 9223372036854775808.0;
constexpr double kTwoTo64 = 18446744073709551616.0;
constexpr uint64_t kMaxInt = (uint64_t{1} << 63) - 1;

template <typename T>
int Order(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

// Numbers neither of which is NaN, in cel-go's way (common/types/compare.go):
// beyond the range of integers, and as doubles within it.
int OrderOfNumbers(const Value& a, const Value& b) {
  if (a.kind == b.kind) {
    return a.kind == Kind::kInt    ? Order(a.integer, b.integer)
           : a.kind == Kind::kUint ? Order(a.natural, b.natural)
                                   : Order(a.real, b.real);
  }
  if (a.kind == Kind::kInt && b.kind == Kind::kUint) {
    if (a.integer < 0 || b.natural > kMaxInt) return -1;
    return Order(a.integer, static_cast<int64_t>(b.natural));
  }
  if (a.kind == Kind::kDouble) {
    if (b.kind == Kind::kInt) {
      if (a.real < -kTwoTo63) return -1;
      if (a.real > kTwoTo63) return 1;
      return Order(a.real, static_cast<double>(b.integer));
    }
    if (a.real < 0) return -1;
    if (a.real > kTwoTo64) return 1;
    return Order(a.real, static_cast<double>(b.natural));
  }
  return -OrderOfNumbers(b, a);
}

bool IsNan(const Value& value) {
  return value.kind == Kind::kDouble && std::isnan(value.real);
}

const Value* FindExactly(const Value& map, const Value& key, Work* work) {
  const std::vector<Value>& items = *map.items;
  for (size_t i = 0; i + 1 < items.size(); i += 2) {
    if (items[i].kind == key.kind && Equal(items[i], key, work))
      return &items[i + 1];
  }
  return nullptr;
}

}  // namespace

size_t Value::size() const {
  if (kind == Kind::kList) return items->size();
  if (kind == Kind::kMap) return items->size() / 2;
  if (kind == Kind::kBytes) return text.size();
  size_t count = 0;
  for (const char c : text)
    count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

std::string_view TypeName(const Value& value) {
  switch (value.kind) {
    case Kind::kError:
    case Kind::kNotSupported:
      break;
    case Kind::kNull:
      return "null_type";
    case Kind::kBool:
      return "bool";
    case Kind::kInt:
      return "int";
    case Kind::kUint:
      return "uint";
    case Kind::kDouble:
      return "double";
    case Kind::kString:
      return "string";
    case Kind::kBytes:
      return "bytes";
    case Kind::kType:
      return "type";
    case Kind::kList:
      return "list";
    case Kind::kMap:
      return "map";
  }
  return "";
}

Value NoOverload(std::string_view function) {
  return Value::Error(Concat("\"", function, "\" is not for such values"));
}

Value Overflow() { return Value::Error("a number is too large"); }

bool Equal(const Value& a, const Value& b, Work* work) {
  if (!work->Take(1 + a.text.size())) return false;
  if (a.is_number() && b.is_number()) {
    return !IsNan(a) && !IsNan(b) && OrderOfNumbers(a, b) == 0;
  }
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Kind::kNull:
      return true;
    case Kind::kBool:
      return a.boolean == b.boolean;
    case Kind::kString:
    case Kind::kBytes:
    case Kind::kType:
      return a.text == b.text;
    case Kind::kList:
      if (a.size() != b.size()) return false;
      for (size_t i = 0; i < a.size(); ++i) {
        if (!Equal((*a.items)[i], (*b.items)[i], work)) return false;
      }
      return true;
    case Kind::kMap:
      if (a.size() != b.size()) return false;
      for (size_t i = 0; i < a.items->size(); i += 2) {
        const Value* other = Find(b, (*a.items)[i], work);
        if (other == nullptr || !Equal((*a.items)[i + 1], *other, work))
          return false;
      }
      return true;
    default:
      return false;
  }
}

Value Compare(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) {
    if (IsNan(a) || IsNan(b)) return Value::Error("NaN has no order");
    return Value::Int(OrderOfNumbers(a, b));
  }
  if (a.kind == b.kind) {
    if (a.kind == Kind::kBool) return Value::Int(Order(a.boolean, b.boolean));
    if (a.kind == Kind::kString || a.kind == Kind::kBytes)
      return Value::Int(Order(a.text, b.text));
  }
  return Value::Error(
      Concat("a ", TypeName(a), " and a ", TypeName(b), " have no order"));
}

const Value* Find(const Value& map, const Value& key, Work* work) {
  if (const Value* found = FindExactly(map, key, work)) return found;
  // The same number as an integer, then as a natural one.
  if (!key.is_number() || IsNan(key)) return nullptr;
  if (key.kind == Kind::kDouble) {
    if (std::trunc(key.real) != key.real) return nullptr;
    if (key.real > -kTwoTo63 && key.real < kTwoTo63) {
      if (const Value* found = FindExactly(
              map, Value::Int(static_cast<int64_t>(key.real)), work)) {
        return found;
      }
    }
    if (key.real < 0 || key.real >= kTwoTo64) return nullptr;
    return FindExactly(map, Value::Uint(static_cast<uint64_t>(key.real)), work);
  }
  if (key.kind == Kind::kInt) {
    if (key.integer < 0) return nullptr;
    return FindExactly(map, Value::Uint(static_cast<uint64_t>(key.integer)),
                       work);
  }
  if (key.natural > kMaxInt) return nullptr;
  return FindExactly(map, Value::Int(static_cast<int64_t>(key.natural)), work);
}

}  // namespace colocation::cel
