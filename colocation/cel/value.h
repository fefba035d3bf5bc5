// Values of the Common Expression Language.
#ifndef COLOCATION_CEL_VALUE_H_
#define COLOCATION_CEL_VALUE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace colocation::cel {

// One value, or that there is none: an error, which "&&" and "||" may absorb,
// or something that is not supported, which nothing absorbs.
struct Value {
  enum class Kind {
    kError,         // `text` says what
    kNotSupported,  // `text` says what
    kNull,
    kBool,    // `boolean`
    kInt,     // `integer`
    kUint,    // `natural`
    kDouble,  // `real`
    kString,  // `text`, UTF-8
    kBytes,   // `text`
    kType,    // `text`, its name
    kList,    // `items`
    kMap,     // `items`: key, value, key, value; keys differ in kind or value
  };
  Kind kind = Kind::kNull;
  bool boolean = false;
  int64_t integer = 0;
  uint64_t natural = 0;
  double real = 0;
  std::string text;
  // Shared: values never change.
  std::shared_ptr<const std::vector<Value>> items;

  static Value Error(std::string message) {
    return Text(Kind::kError, std::move(message));
  }
  static Value NotSupported(std::string message) {
    return Text(Kind::kNotSupported, std::move(message));
  }
  static Value Bool(bool boolean) {
    Value value;
    value.kind = Kind::kBool;
    value.boolean = boolean;
    return value;
  }
  static Value Int(int64_t integer) {
    Value value;
    value.kind = Kind::kInt;
    value.integer = integer;
    return value;
  }
  static Value Uint(uint64_t natural) {
    Value value;
    value.kind = Kind::kUint;
    value.natural = natural;
    return value;
  }
  static Value Double(double real) {
    Value value;
    value.kind = Kind::kDouble;
    value.real = real;
    return value;
  }
  static Value Text(Kind kind, std::string text) {
    Value value;
    value.kind = kind;
    value.text = std::move(text);
    return value;
  }
  static Value String(std::string text) {
    return Text(Kind::kString, std::move(text));
  }
  static Value Items(Kind kind, std::vector<Value> items) {
    Value value;
    value.kind = kind;
    value.items = std::make_shared<const std::vector<Value>>(std::move(items));
    return value;
  }

  // An error, or not supported.
  bool failed() const {
    return kind == Kind::kError || kind == Kind::kNotSupported;
  }
  bool is_number() const {
    return kind == Kind::kInt || kind == Kind::kUint || kind == Kind::kDouble;
  }
  // Elements of a list, entries of a map, code points, bytes.
  size_t size() const;
};

// The name of the value's type: "list".
std::string_view TypeName(const Value& value);

// The error of a function that has no overload for the values it was given, and
// that of a number that doesn't fit its type.
Value NoOverload(std::string_view function);
Value Overflow();

// What may still be done. Values share their parts, so that a small expression
// can make one that takes for ever to be looked at.
class Work {
 public:
  explicit Work(size_t limit) : left_(limit) {}
  // False once there is no more left.
  bool Take(size_t amount) {
    left_ = amount < left_ ? left_ - amount : 0;
    return left_ > 0;
  }
  bool done() const { return left_ == 0; }

 private:
  size_t left_;
};

// As "==" does it, numbers of different kinds by their value. Means nothing
// once the work is done.
bool Equal(const Value& a, const Value& b, Work* work);

// Below, at or above zero. An error where the two have no order.
Value Compare(const Value& a, const Value& b);

// The value at that key of a map; nullptr where there is none. As with Equal.
const Value* Find(const Value& map, const Value& key, Work* work);

}  // namespace colocation::cel

#endif  // COLOCATION_CEL_VALUE_H_
