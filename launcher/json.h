// JSON as RFC 8259 has it, read value by value and written in one line.
//
// The reader is a cursor over the text: whoever reads knows what comes next and
// asks for it. There is no tree, so that reading a LaunchSpec costs its structs
// and nothing more. Strict: no comments, no trailing commas, no second value;
// depth is bounded by kMaxDepth. The first error sticks, and every later call
// fails.
//
// In the launcher instead of a library because the launcher depends on nothing.
#ifndef COLOCATION_LAUNCHER_JSON_H_
#define COLOCATION_LAUNCHER_JSON_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace colocation::launcher {

class JsonReader {
 public:
  static constexpr int kMaxDepth = 64;

  // What to make of text that is not UTF-8, and of half a surrogate pair.
  enum class BadText {
    kRefuse,
    // U+FFFD, as Go's encoding/json does it: for results that users' programs
    // wrote.
    kReplace,
  };

  explicit JsonReader(std::string_view text,
                      BadText bad_text = BadText::kRefuse)
      : text_(text), bad_text_(bad_text) {}

  // The first byte of the next value: '{', '[', '"', 't', 'f', 'n', '-' or a
  // digit; another one is an error, which the next read reports. 0 at the end.
  char Peek();

  // Takes a null if that is the next value.
  bool TakeNull();

  bool ReadString(std::string* value);
  bool ReadBool(bool* value);
  // A number without fraction and exponent; or one in quotes, which is how
  // proto3's JSON has 64-bit numbers.
  bool ReadInt(int64_t* value);
  bool ReadInt(int32_t* value);
  // Any value.
  bool Skip();

  // Calls member(key) for each member; it must read or skip the value, and
  // return false to stop with an error.
  template <typename Member>
  bool ReadObject(Member member) {
    if (!Open('{')) return false;
    std::string key;
    for (bool first = true; Next('}', first); first = false) {
      if (!ReadKey(&key) || !member(std::as_const(key))) return Broken();
    }
    return ok();
  }

  // Calls element() for each element.
  template <typename Element>
  bool ReadArray(Element element) {
    if (!Open('[')) return false;
    for (bool first = true; Next(']', first); first = false) {
      if (!element()) return Broken();
    }
    return ok();
  }

  // True when nothing but blanks is left.
  bool AtEnd();

  // Records the error, with its place, unless there is one already; false.
  bool Fail(std::string_view what);

  bool ok() const { return error_.empty(); }
  // "byte 17: expected ':'".
  const std::string& error() const { return error_; }
  size_t position() const { return position_; }

 private:
  void SkipBlanks();
  bool Open(char bracket);
  bool Next(char bracket, bool first);
  bool ReadKey(std::string* key);
  bool ReadEscape(std::string* value);
  bool ReadHex4(uint32_t* unit);
  bool ReadUtf8(std::string* value);
  bool ReadLiteral(std::string_view literal);
  bool ReadNumber(std::string_view* number);
  bool Broken() { return ok() ? Fail("not understood") : false; }

  std::string_view text_;
  BadText bad_text_;
  size_t position_ = 0;
  int depth_ = 0;
  std::string error_;
};

// Appends `text` with its quotes. Bytes that are no UTF-8 become U+FFFD. `html`
// also escapes <, >, & and the two line separators, as Go's encoding/json does.
void AppendJsonString(std::string_view text, std::string* json,
                      bool html = false);

// Appends the UTF-8 of a code point.
void AppendUtf8(uint32_t code_point, std::string* text);

// Length of the UTF-8 sequence at the start of `text`; 0 when there is none
// that is well formed (RFC 3629).
size_t Utf8Length(std::string_view text);

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_JSON_H_
