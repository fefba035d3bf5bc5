#include "launcher/substitute.h"

#include <algorithm>

#include "colocation/cel/evaluate.h"

namespace colocation::launcher {
namespace {

// A reference to a result, taken apart.
struct Reference {
  enum class Part { kWhole, kStar, kElement, kEntry };

  bool of_step = false;
  std::string_view owner;
  std::string_view result;
  Part part = Part::kWhole;
  size_t index = 0;
  std::string_view key;
  // The result's name was in brackets: ["R"].
  bool bracketed = false;
};

// Takes "prefix" off `text`.
bool Take(std::string_view prefix, std::string_view* text) {
  if (text->substr(0, prefix.size()) != prefix) return false;
  text->remove_prefix(prefix.size());
  return true;
}

// Takes what comes before `end` off `text`, and `end` too.
bool TakeUntil(std::string_view end, std::string_view* text,
               std::string_view* taken) {
  const size_t at = text->find(end);
  if (at == text->npos) return false;
  *taken = text->substr(0, at);
  text->remove_prefix(at + end.size());
  return !taken->empty();
}

bool ParseIndex(std::string_view digits, size_t* index) {
  if (digits.empty() || digits.size() > 9 ||
      digits.find_first_not_of("0123456789") != digits.npos) {
    return false;
  }
  *index = 0;
  for (const char c : digits) *index = *index * 10 + (c - '0');
  return true;
}

// What follows the result's name: nothing, [*], [2], .key, or after a name in
// brackets [key].
bool ParsePart(std::string_view rest, Reference* reference) {
  if (rest.empty()) return true;
  if (rest[0] == '.') {
    reference->part = Reference::Part::kEntry;
    reference->key = rest.substr(1);
    return !reference->key.empty();
  }
  if (rest.size() < 3 || rest[0] != '[' || rest.back() != ']') return false;
  const std::string_view inside = rest.substr(1, rest.size() - 2);
  if (inside == "*") {
    reference->part = Reference::Part::kStar;
  } else if (ParseIndex(inside, &reference->index)) {
    reference->part = Reference::Part::kElement;
  } else if (reference->bracketed) {
    reference->part = Reference::Part::kEntry;
    reference->key = inside;
  } else {
    return false;
  }
  return true;
}

// Parses what stands between "$(" and ")".
bool ParseReference(std::string_view text, Reference* reference) {
  if (Take("steps.", &text)) {
    reference->of_step = true;
  } else if (!Take("tasks.", &text)) {
    return false;
  }
  if (!TakeUntil(".", &text, &reference->owner)) return false;
  if (!Take("results", &text) || text.empty()) return false;
  for (const std::string_view quote : {"\"", "'"}) {
    const std::string open = "[" + std::string(quote);
    const std::string close = std::string(quote) + "]";
    if (Take(open, &text)) {
      reference->bracketed = true;
      return TakeUntil(close, &text, &reference->result) &&
             ParsePart(text, reference);
    }
  }
  if (!Take(".", &text)) return false;
  const size_t end = std::min(text.find_first_of(".["), text.size());
  reference->result = text.substr(0, end);
  return end > 0 && ParsePart(text.substr(end), reference);
}

std::optional<Value> Find(const Reference& reference,
                          const Replacements& replacements) {
  if (reference.of_step) {
    if (!replacements.step_result) return std::nullopt;
    const std::optional<std::string> content =
        replacements.step_result(reference.owner, reference.result);
    if (!content.has_value()) return std::nullopt;
    return ParseValue(*content);
  }
  for (const Replacements::TaskResult& result : replacements.results) {
    if (result.task == reference.owner && result.result == reference.result) {
      return result.value;
    }
  }
  return std::nullopt;
}

std::string TooFar(const Reference& reference, size_t size) {
  return "there is no element " + std::to_string(reference.index) +
         " in result \"" + std::string(reference.result) + "\" of \"" +
         std::string(reference.owner) + "\", which has " + std::to_string(size);
}

// What a reference inside a text stands for, if for anything.
std::optional<std::string> TextOf(std::string_view expression,
                                  const Replacements& replacements,
                                  std::string* problem) {
  if (expression == "tasks.status") {
    if (replacements.aggregate_status.empty()) return std::nullopt;
    return replacements.aggregate_status;
  }
  if (expression == "context.task.retry-count") {
    return std::to_string(replacements.retry_count);
  }
  for (const Replacements::Status& status : replacements.statuses) {
    std::string_view rest = expression;
    if (!Take("tasks.", &rest) || !Take(status.task, &rest)) continue;
    if (rest == ".status") return status.status;
    if (rest == ".reason") return status.reason;
  }
  Reference reference;
  if (!ParseReference(expression, &reference)) return std::nullopt;
  const std::optional<Value> value = Find(reference, replacements);
  if (!value.has_value()) return std::nullopt;
  switch (reference.part) {
    case Reference::Part::kWhole:
      if (value->type == ValueType::kString) return value->text;
      // Tekton's entrypoint has an empty text for a list or mapping.
      if (reference.of_step) return std::string();
      return std::nullopt;
    case Reference::Part::kStar:
      if (reference.of_step && value->list.empty()) return std::string();
      return std::nullopt;
    case Reference::Part::kElement:
      if (value->type != ValueType::kArray) return std::nullopt;
      if (reference.index < value->list.size()) {
        return value->list[reference.index];
      }
      if (problem->empty()) *problem = TooFar(reference, value->list.size());
      return std::nullopt;
    case Reference::Part::kEntry: {
      const std::string* entry = value->Entry(reference.key);
      if (entry != nullptr) return *entry;
      return std::nullopt;
    }
  }
  return std::nullopt;
}

// The list that `text` as a whole refers to, if it does.
std::optional<std::vector<std::string>> ListOf(
    std::string_view text, const Replacements& replacements) {
  if (text.size() < 4 || !Take("$(", &text) ||
      text.find(')') != text.size() - 1)
    return std::nullopt;
  text.remove_suffix(1);
  Reference reference;
  if (!ParseReference(text, &reference)) return std::nullopt;
  const bool star = reference.part == Reference::Part::kStar;
  const bool whole = reference.part == Reference::Part::kWhole;
  // A task's result may also be meant as a whole without [*].
  if (!star && (!whole || reference.of_step)) return std::nullopt;
  const std::optional<Value> value = Find(reference, replacements);
  if (!value.has_value() || value->type != ValueType::kArray) {
    return std::nullopt;
  }
  if (reference.of_step && value->list.empty()) return std::nullopt;
  return value->list;
}

// What those without CEL come to.
WhenVerdict Compared(const std::vector<When>& when) {
  const bool hold = std::all_of(when.begin(), when.end(), [](const When& w) {
    if (!w.cel.empty()) return true;
    const bool found =
        std::find(w.values.begin(), w.values.end(), w.input) != w.values.end();
    return found == (w.op == "in");
  });
  return {hold ? WhenVerdict::Kind::kHold : WhenVerdict::Kind::kDoNotHold, ""};
}

WhenVerdict Evaluated(const std::string& expression) {
  cel::Verdict verdict = cel::Evaluate(expression);
  switch (verdict.kind) {
    case cel::Verdict::Kind::kTrue:
      return {WhenVerdict::Kind::kHold, ""};
    case cel::Verdict::Kind::kFalse:
      return {WhenVerdict::Kind::kDoNotHold, ""};
    case cel::Verdict::Kind::kFails:
    case cel::Verdict::Kind::kNotSupported:
      break;
  }
  return {WhenVerdict::Kind::kFail,
          "the CEL expression \"" + expression +
              "\" can't be evaluated: " + verdict.message};
}

}  // namespace

std::string Substitute(std::string_view text, const Replacements& replacements,
                       std::string* problem) {
  std::string out;
  for (;;) {
    const size_t open = text.find("$(");
    if (open == text.npos) break;
    out.append(text.substr(0, open));
    text.remove_prefix(open);
    const size_t close = text.find(')');
    if (close == text.npos) break;
    const std::optional<std::string> replacement =
        TextOf(text.substr(2, close - 2), replacements, problem);
    if (replacement.has_value()) {
      out.append(*replacement);
      text.remove_prefix(close + 1);
    } else {
      out.append(text.substr(0, 2));
      text.remove_prefix(2);
    }
  }
  out.append(text);
  return out;
}

std::vector<std::string> SubstituteArgument(std::string_view argument,
                                            const Replacements& replacements,
                                            std::string* problem) {
  if (auto list = ListOf(argument, replacements)) return *std::move(list);
  return {Substitute(argument, replacements, problem)};
}

When SubstituteWhen(const When& when, const Replacements& replacements,
                    std::string* problem) {
  When result;
  if (const auto list = ListOf(when.input, replacements)) {
    result.input = ListJson(*list);
  } else {
    result.input = Substitute(when.input, replacements, problem);
  }
  result.op = when.op;
  for (const std::string& value : when.values) {
    for (std::string& text : SubstituteArgument(value, replacements, problem)) {
      result.values.push_back(std::move(text));
    }
  }
  result.cel = Substitute(when.cel, replacements, problem);
  return result;
}

WhenVerdict JudgeTaskWhen(const std::vector<When>& when) {
  WhenVerdict verdict = Compared(when);
  for (const When& w : when) {
    if (w.cel.empty()) continue;
    WhenVerdict cel = Evaluated(w.cel);
    if (cel.kind == WhenVerdict::Kind::kFail) return cel;
    if (cel.kind == WhenVerdict::Kind::kDoNotHold) verdict = cel;
  }
  return verdict;
}

WhenVerdict JudgeStepWhen(const std::vector<When>& when) {
  for (const When& w : when) {
    if (w.cel.empty()) continue;
    WhenVerdict cel = Evaluated(w.cel);
    if (cel.kind != WhenVerdict::Kind::kHold) return cel;
  }
  return Compared(when);
}

}  // namespace colocation::launcher
