#include "launcher/json.h"

#include <limits>

namespace colocation::launcher {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsHighSurrogate(uint32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool IsLowSurrogate(uint32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

// Decimal text, as JSON has integers, to a number; false when out of range.
bool ParseInt(std::string_view text, int64_t* value) {
  const bool negative = !text.empty() && text[0] == '-';
  if (negative) text.remove_prefix(1);
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return false;
  uint64_t magnitude = 0;
  const uint64_t limit =
      static_cast<uint64_t>(std::numeric_limits<int64_t>::max()) +
      (negative ? 1 : 0);
  for (const char c : text) {
    if (!IsDigit(c)) return false;
    const uint64_t digit = c - '0';
    if (magnitude > (limit - digit) / 10) return false;
    magnitude = magnitude * 10 + digit;
  }
  *value = static_cast<int64_t>(negative ? 0 - magnitude : magnitude);
  return true;
}

}  // namespace

size_t Utf8Length(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [text](size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  const auto follows = [byte](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4 || !follows(1)) return 0;
  if (first < 0xE0) return 2;
  if (!follows(2)) return 0;
  if (first < 0xF0) {
    if (first == 0xE0 && byte(1) < 0xA0) return 0;  // longer than needed
    if (first == 0xED && byte(1) > 0x9F) return 0;  // a surrogate
    return 3;
  }
  if (!follows(3)) return 0;
  if (first == 0xF0 && byte(1) < 0x90) return 0;  // longer than needed
  if (first == 0xF4 && byte(1) > 0x8F) return 0;  // beyond U+10FFFF
  return 4;
}

void AppendUtf8(uint32_t code_point, std::string* text) {
  const auto tail = [code_point](int shift) {
    return static_cast<char>(0x80 | ((code_point >> shift) & 0x3F));
  };
  if (code_point < 0x80) {
    text->push_back(static_cast<char>(code_point));
  } else if (code_point < 0x800) {
    text->push_back(static_cast<char>(0xC0 | (code_point >> 6)));
    text->push_back(tail(0));
  } else if (code_point < 0x10000) {
    text->push_back(static_cast<char>(0xE0 | (code_point >> 12)));
    text->push_back(tail(6));
    text->push_back(tail(0));
  } else {
    text->push_back(static_cast<char>(0xF0 | (code_point >> 18)));
    text->push_back(tail(12));
    text->push_back(tail(6));
    text->push_back(tail(0));
  }
}

void AppendJsonString(std::string_view text, std::string* json, bool html) {
  static constexpr char kHex[] = "0123456789abcdef";
  const auto escape = [json](unsigned unit) {
    json->append("\\u");
    for (int shift = 12; shift >= 0; shift -= 4) {
      json->push_back(kHex[(unit >> shift) & 0xF]);
    }
  };
  json->push_back('"');
  for (size_t i = 0; i < text.size();) {
    const size_t length = Utf8Length(text.substr(i));
    if (length == 0) {
      json->append(kReplacement);
      ++i;
      continue;
    }
    const std::string_view character = text.substr(i, length);
    i += length;
    const char c = character[0];
    if (c == '"' || c == '\\') {
      json->push_back('\\');
      json->push_back(c);
    } else if (c == '\n') {
      json->append("\\n");
    } else if (c == '\r') {
      json->append("\\r");
    } else if (c == '\t') {
      json->append("\\t");
    } else if (length == 1 && static_cast<unsigned char>(c) < 0x20) {
      escape(static_cast<unsigned char>(c));
    } else if (html && (c == '<' || c == '>' || c == '&')) {
      escape(static_cast<unsigned char>(c));
    } else if (html && character == "\xE2\x80\xA8") {
      escape(0x2028);
    } else if (html && character == "\xE2\x80\xA9") {
      escape(0x2029);
    } else {
      json->append(character);
    }
  }
  json->push_back('"');
}

bool JsonReader::Fail(std::string_view what) {
  if (!ok()) return false;
  error_ = "byte " + std::to_string(position_) + ": ";
  error_.append(what);
  return false;
}

void JsonReader::SkipBlanks() {
  while (position_ < text_.size()) {
    const char c = text_[position_];
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') return;
    ++position_;
  }
}

char JsonReader::Peek() {
  SkipBlanks();
  return ok() && position_ < text_.size() ? text_[position_] : '\0';
}

bool JsonReader::AtEnd() {
  SkipBlanks();
  return ok() && position_ == text_.size();
}

bool JsonReader::Open(char bracket) {
  if (Peek() != bracket) {
    return Fail(bracket == '{' ? "expected an object" : "expected a list");
  }
  if (depth_ == kMaxDepth) return Fail("nested too deeply");
  ++depth_;
  ++position_;
  return true;
}

bool JsonReader::Next(char bracket, bool first) {
  const char c = Peek();
  if (c == bracket) {
    ++position_;
    --depth_;
    return false;
  }
  if (first) return ok();
  if (c != ',') {
    return Fail(bracket == '}' ? "expected ',' or '}'" : "expected ',' or ']'");
  }
  ++position_;
  return true;
}

bool JsonReader::ReadKey(std::string* key) {
  if (Peek() != '"') return Fail("expected a member's name");
  if (!ReadString(key)) return false;
  if (Peek() != ':') return Fail("expected ':'");
  ++position_;
  return true;
}

bool JsonReader::ReadLiteral(std::string_view literal) {
  if (!ok()) return false;
  if (text_.substr(position_, literal.size()) != literal) {
    return Fail("expected a value");
  }
  position_ += literal.size();
  return true;
}

bool JsonReader::TakeNull() { return Peek() == 'n' && ReadLiteral("null"); }

bool JsonReader::ReadBool(bool* value) {
  const char c = Peek();
  if (c != 't' && c != 'f') return Fail("expected true or false");
  *value = c == 't';
  return ReadLiteral(*value ? "true" : "false");
}

bool JsonReader::ReadNumber(std::string_view* number) {
  const size_t start = position_;
  const auto digits = [this] {
    const size_t first = position_;
    while (position_ < text_.size() && IsDigit(text_[position_])) ++position_;
    return position_ - first;
  };
  const auto take = [this](std::string_view any) {
    if (position_ == text_.size() || any.find(text_[position_]) == any.npos) {
      return false;
    }
    ++position_;
    return true;
  };
  take("-");
  const bool leading_zero = position_ < text_.size() && text_[position_] == '0';
  const size_t whole = digits();
  if (whole == 0 || (leading_zero && whole > 1)) return Fail("bad number");
  if (take(".") && digits() == 0) return Fail("bad number");
  if (take("eE")) {
    take("+-");
    if (digits() == 0) return Fail("bad number");
  }
  *number = text_.substr(start, position_ - start);
  return true;
}

bool JsonReader::ReadInt(int64_t* value) {
  const char c = Peek();
  std::string quoted;
  std::string_view number;
  if (c == '"') {
    if (!ReadString(&quoted)) return false;
    number = quoted;
  } else if (c == '-' || IsDigit(c)) {
    if (!ReadNumber(&number)) return false;
  } else {
    return Fail("expected a number");
  }
  return ParseInt(number, value) || Fail("expected a 64-bit integer");
}

bool JsonReader::ReadInt(int32_t* value) {
  int64_t wide = 0;
  if (!ReadInt(&wide)) return false;
  if (wide < std::numeric_limits<int32_t>::min() ||
      wide > std::numeric_limits<int32_t>::max()) {
    return Fail("expected a 32-bit integer");
  }
  *value = static_cast<int32_t>(wide);
  return true;
}

bool JsonReader::ReadHex4(uint32_t* unit) {
  if (text_.size() - position_ < 4) return Fail("bad \\u escape");
  *unit = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = text_[position_];
    uint32_t digit = 0;
    if (IsDigit(c)) {
      digit = c - '0';
    } else if (c >= 'a' && c <= 'f') {
      digit = c - 'a' + 10;
    } else if (c >= 'A' && c <= 'F') {
      digit = c - 'A' + 10;
    } else {
      return Fail("bad \\u escape");
    }
    *unit = *unit * 16 + digit;
    ++position_;
  }
  return true;
}

bool JsonReader::ReadEscape(std::string* value) {
  if (position_ == text_.size()) return Fail("string without end");
  static constexpr std::string_view kLetters = "\"\\/bfnrt";
  static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  const char c = text_[position_++];
  if (const size_t i = kLetters.find(c); i != kLetters.npos) {
    value->push_back(kMeanings[i]);
    return true;
  }
  if (c != 'u') return Fail("bad escape");
  uint32_t unit = 0;
  if (!ReadHex4(&unit)) return false;
  if (IsHighSurrogate(unit) && text_.substr(position_, 2) == "\\u") {
    const size_t before = position_;
    uint32_t low = 0;
    position_ += 2;
    if (!ReadHex4(&low)) return false;
    if (IsLowSurrogate(low)) {
      AppendUtf8(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00), value);
      return true;
    }
    position_ = before;
  }
  if (IsHighSurrogate(unit) || IsLowSurrogate(unit)) {
    if (bad_text_ == BadText::kRefuse) return Fail("half a surrogate pair");
    value->append(kReplacement);
    return true;
  }
  AppendUtf8(unit, value);
  return true;
}

bool JsonReader::ReadUtf8(std::string* value) {
  const size_t length = Utf8Length(text_.substr(position_));
  if (length == 0) {
    if (bad_text_ == BadText::kRefuse) return Fail("not UTF-8");
    value->append(kReplacement);
    ++position_;
    return true;
  }
  value->append(text_.substr(position_, length));
  position_ += length;
  return true;
}

bool JsonReader::ReadString(std::string* value) {
  value->clear();
  if (Peek() != '"') return Fail("expected a string");
  ++position_;
  while (position_ < text_.size()) {
    const char c = text_[position_];
    if (c == '"') {
      ++position_;
      return true;
    }
    if (static_cast<unsigned char>(c) < 0x20) {
      return Fail("control character in a string");
    }
    if (c == '\\') {
      ++position_;
      if (!ReadEscape(value)) return false;
    } else if (!ReadUtf8(value)) {
      return false;
    }
  }
  return Fail("string without end");
}

bool JsonReader::Skip() {
  std::string text;
  std::string_view number;
  const char c = Peek();
  switch (c) {
    case '{':
      return ReadObject([this](const std::string&) { return Skip(); });
    case '[':
      return ReadArray([this] { return Skip(); });
    case '"':
      return ReadString(&text);
    case 't':
      return ReadLiteral("true");
    case 'f':
      return ReadLiteral("false");
    case 'n':
      return ReadLiteral("null");
    default:
      if (c != '-' && !IsDigit(c)) return Fail("expected a value");
      return ReadNumber(&number);
  }
}

}  // namespace colocation::launcher
