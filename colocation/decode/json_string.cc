#include "colocation/decode/json_string.h"

#include "absl/strings/str_cat.h"

namespace colocation {

void AppendJsonString(absl::string_view text, std::string* json) {
  json->push_back('"');
  for (size_t i = 0; i < text.size(); ++i) {
    const unsigned char c = text[i];
    const absl::string_view three = text.substr(i, 3);
    if (c == '"' || c == '\\') {
      json->push_back('\\');
      json->push_back(static_cast<char>(c));
    } else if (c == '\n') {
      json->append("\\n");
    } else if (c == '\r') {
      json->append("\\r");
    } else if (c == '\t') {
      json->append("\\t");
    } else if (c < 0x20 || c == 0x7f) {
      absl::StrAppend(json, "\\u", absl::Hex(c, absl::kZeroPad4));
    } else if (c == 0xc2 && i + 1 < text.size() &&
               static_cast<unsigned char>(text[i + 1]) < 0xa0) {
      const unsigned char low = text[++i];
      absl::StrAppend(json, "\\u", absl::Hex(low, absl::kZeroPad4));
    } else if (three == "\xe2\x80\xa8" || three == "\xe2\x80\xa9") {
      json->append(three.back() == '\xa8' ? "\\u2028" : "\\u2029");
      i += 2;
    } else if (three == "\xef\xbb\xbf") {
      json->append("\\ufeff");
      i += 2;
    } else {
      json->push_back(static_cast<char>(c));
    }
  }
  json->push_back('"');
}

}  // namespace colocation
