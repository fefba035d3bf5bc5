#include "colocation/syntax/expression.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace colocation {
namespace {

constexpr size_t kNowhere = absl::string_view::npos;

bool IsNameCharacter(char c) {
  return absl::ascii_isalnum(c) || c == '_' || c == '.' || c == '-';
}

// Where "[3]" or "[*]" at `at` ends; `at` where there is none.
size_t SkipIndex(absl::string_view text, size_t at) {
  if (at >= text.size() || text[at] != '[') return at;
  size_t end = at + 1;
  if (end < text.size() && text[end] == '*') {
    ++end;
  } else {
    while (end < text.size() && absl::ascii_isdigit(text[end])) ++end;
    if (end == at + 1) return at;
  }
  return end < text.size() && text[end] == ']' ? end + 1 : at;
}

// The length of what TrimArrayIndex takes out at the start of `text`: digits
// and a "*" in brackets, each of which may be missing.
size_t IndexLength(absl::string_view text) {
  if (text.empty() || text[0] != '[') return 0;
  size_t end = 1;
  while (end < text.size() && absl::ascii_isdigit(text[end])) ++end;
  if (end < text.size() && text[end] == '*') ++end;
  return end < text.size() && text[end] == ']' ? end + 1 : 0;
}

// Takes the part up to the next "." off.
absl::string_view NextPart(absl::string_view* text) {
  const size_t dot = std::min(text->find('.'), text->size());
  const absl::string_view part = text->substr(0, dot);
  text->remove_prefix(std::min(dot + 1, text->size()));
  return part;
}

}  // namespace

std::optional<absl::string_view> NextExpression(absl::string_view* text) {
  while (true) {
    const size_t start = text->find("$(");
    if (start == kNowhere) {
      text->remove_prefix(text->size());
      return std::nullopt;
    }
    size_t end = start + 2;
    while (end < text->size() && IsNameCharacter((*text)[end])) ++end;
    if (end > start + 2) {
      const size_t close = SkipIndex(*text, end);
      if (close < text->size() && (*text)[close] == ')') {
        const absl::string_view found =
            text->substr(start + 2, close - start - 2);
        text->remove_prefix(close + 1);
        return found;
      }
    }
    text->remove_prefix(end);
  }
}

bool LooksLikeResult(absl::string_view expression) {
  if (!absl::ConsumePrefix(&expression, "tasks.") &&
      !absl::ConsumePrefix(&expression, "finally.")) {
    return false;
  }
  NextPart(&expression);
  return absl::StartsWith(expression, "results.");
}

std::optional<ResultExpression> ParseResultExpression(
    absl::string_view expression) {
  if (!LooksLikeResult(expression)) return std::nullopt;
  ResultExpression reference;
  reference.of_finally = NextPart(&expression) == "finally";
  reference.task = NextPart(&expression);
  NextPart(&expression);
  const size_t dot = expression.find('.');
  if (dot != kNowhere) {
    if (expression.find('.', dot + 1) != kNowhere) return std::nullopt;
    reference.result = expression.substr(0, dot);
    reference.key = expression.substr(dot + 1);
    return reference;
  }
  // An index is at the end, if it is anywhere.
  const size_t bracket = std::min(expression.find('['), expression.size());
  reference.result = expression.substr(0, bracket);
  reference.index = expression.substr(bracket);
  absl::ConsumePrefix(&reference.index, "[");
  absl::ConsumeSuffix(&reference.index, "]");
  return reference;
}

std::optional<VariableUse> VariableScanner::Next() {
  while (true) {
    const size_t start = text_.find("$(", at_);
    if (start == kNowhere) {
      at_ = text_.size();
      return std::nullopt;
    }
    at_ = start + 2;
    if (!absl::StartsWith(text_.substr(at_), prefix_)) continue;
    const size_t after = at_ + prefix_.size();
    if (after >= text_.size()) continue;

    VariableUse use;
    size_t name = 0, end = 0, next = 0;
    if (text_[after] == '.') {
      name = after + 1;
      end = text_.find_first_of(")\n", name);
      if (end == kNowhere) {
        at_ = text_.size();
        return std::nullopt;
      }
      if (text_[end] == '\n') {
        // Nothing else can end on this line.
        at_ = end + 1;
        continue;
      }
      next = end + 1;
    } else if (text_[after] == '[' && after + 1 < text_.size() &&
               (text_[after + 1] == '"' || text_[after + 1] == '\'')) {
      const bool twice = text_[after + 1] == '"';
      name = after + 2;
      size_t& none_until =
          twice ? no_double_quote_until_ : no_single_quote_until_;
      if (name < none_until) continue;
      const size_t line = std::min(text_.find('\n', name), text_.size());
      end = text_.substr(0, line).find(twice ? "\"])" : "'])", name);
      if (end == kNowhere) {
        none_until = line;
        continue;
      }
      next = end + 3;
      use.quoted = true;
    } else {
      continue;
    }
    use.whole = text_.substr(start, next - start);
    use.name = text_.substr(name, end - name);
    at_ = next;
    return use;
  }
}

absl::string_view TrimIndices(absl::string_view name, std::string* buffer) {
  size_t at = name.find('[');
  if (at == kNowhere) return name;
  if (at + IndexLength(name.substr(at)) == name.size()) {
    return name.substr(0, at);
  }
  buffer->assign(name.data(), at);
  while (at < name.size()) {
    const size_t index = IndexLength(name.substr(at));
    if (index == 0) buffer->push_back(name[at++]);
    at += index;
  }
  return *buffer;
}

bool IsWholeVariable(absl::string_view text, absl::string_view prefix) {
  if (!absl::ConsumePrefix(&text, "$(") || !absl::ConsumePrefix(&text, prefix))
    return false;
  const bool closed =
      (absl::ConsumePrefix(&text, ".") && absl::ConsumeSuffix(&text, ")")) ||
      (absl::ConsumePrefix(&text, "[\"") &&
       absl::ConsumeSuffix(&text, "\"])")) ||
      (absl::ConsumePrefix(&text, "['") && absl::ConsumeSuffix(&text, "'])"));
  if (!closed || !absl::ConsumeSuffix(&text, "[*]") || text.empty())
    return false;
  return std::all_of(text.begin(), text.end(), IsNameCharacter);
}

}  // namespace colocation
