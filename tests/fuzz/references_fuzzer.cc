// References in texts: as the webhook finds them, as the planner replaces them,
// and as the launcher does. The input is a text with references in it.
#include <functional>
#include <optional>

#include "absl/strings/string_view.h"
#include "colocation/resolve/reference.h"
#include "colocation/resolve/replacements.h"
#include "colocation/syntax/expression.h"
#include "launcher/substitute.h"
#include "launcher/value.h"
#include "tests/fuzz/fuzz_target.h"

namespace colocation::fuzz {
namespace {

bool IsInside(absl::string_view part, absl::string_view whole) {
  return std::less_equal<>()(whole.data(), part.data()) &&
         std::less_equal<>()(part.data() + part.size(),
                             whole.data() + whole.size());
}

void Find(absl::string_view text) {
  absl::string_view rest = text;
  size_t last = rest.size();
  while (const auto expression = NextExpression(&rest)) {
    Require(IsInside(*expression, text), "an expression is in the text");
    Require(rest.size() < last, "every expression takes something off");
    last = rest.size();
    if (const auto result = ParseResultExpression(*expression)) {
      Require(LooksLikeResult(*expression), "a result looks like one");
      Require(IsInside(result->task, *expression), "so is its task");
    }
  }
  for (const char* prefix : {"params", "tasks", "context.taskRun"}) {
    VariableScanner scanner(text, prefix);
    const char* end = text.data();
    while (const auto use = scanner.Next()) {
      Require(IsInside(use->whole, text), "a variable is in the text");
      Require(std::less_equal<>()(end, use->whole.data()),
              "variables come in order");
      end = use->whole.data() + use->whole.size();
      std::string buffer;
      TrimIndices(use->name, &buffer);
    }
    IsWholeVariable(text, prefix);
  }
}

void Resolve(const std::string& text) {
  v1::ParamValue word, list, object;
  word.set_string_value("$(params.list[0])");
  for (const char* item : {"a", "$(params.word)", "é"}) {
    list.mutable_array_value()->add_items(item);
  }
  (*object.mutable_object_value()->mutable_entries())["k"] = "v";
  (*object.mutable_object_value()->mutable_entries())["a.b"] = "w";
  Replacements outer;
  outer.SetParam("word", word);
  outer.SetParam("list", list);
  Replacements replacements(&outer);
  replacements.SetParam("object", object);
  replacements.Set("context.task.name", "t");
  v1::ParamValue late;
  late.set_string_value("$(tasks.a.results.list[*])");
  replacements.SetParam("late", late);

  const std::string replaced = replacements.Apply(text);
  if (text.find("$(") == std::string::npos) {
    Require(replaced == text, "a text without references stays");
  }
  Require(replacements.Apply(text) == replaced, "twice gives the same");
  v1::ParamValue value;
  value.set_string_value(text);
  replacements.ApplyToValue(&value);
  value.mutable_array_value()->add_items(text);
  replacements.ApplyToList(value.mutable_array_value()->mutable_items());
  WholeResult(text);
  IsLate(text);
  ForEachReference(text, [](absl::string_view inside) {
    if (const auto result = ParseResultReference(inside)) {
      const auto again = ParseResultReference(result->ToString());
      Require(again.has_value() && again->owner == result->owner &&
                  again->result == result->result &&
                  again->suffix == result->suffix,
              "a reference to a result is what was written");
    }
    ParseTaskReference(inside);
    ParseParam(inside);
    IsPlain(inside);
  });
}

void Launch(const std::string& text) {
  launcher::Replacements replacements;
  replacements.results = {
      {"a", "r", launcher::ParseValue("x$(tasks.a.results.r)")},
      {"a", "list", launcher::ParseValue(R"(["p","q"])")},
      {"a.b", "object", launcher::ParseValue(R"({"k":"v","a.b":"w"})")},
  };
  replacements.statuses = {{"a", "Succeeded", ""}, {"b", "Failed", "Why"}};
  replacements.aggregate_status = "Failed";
  replacements.retry_count = 1;
  replacements.step_result =
      [](std::string_view step,
         std::string_view) -> std::optional<std::string> {
    if (step != "s") return std::nullopt;
    return R"(["1","2"])";
  };
  std::string problem;
  const std::string replaced =
      launcher::Substitute(text, replacements, &problem);
  if (text.find("$(") == std::string::npos) {
    Require(replaced == text, "a text without references stays");
  }
  launcher::SubstituteArgument(text, replacements, &problem);
  launcher::When when;
  when.input = text;
  when.values = {text, "x"};
  when.op = "in";
  launcher::SubstituteWhen(when, replacements, &problem);
}

}  // namespace

std::vector<std::string> Seeds() {
  return {
      "$(params.word) and $(params['object'].k), $(params.list[1])",
      "$(params.list[*])",
      R"($(params["object"]["a.b"]) $(params["object.k"]))",
      "$(params.object[*])",
      "$(params.late[2]) $(params.late[*])",
      "$(tasks.a.results.r)-$(tasks.a.results.list[0])",
      "$(tasks.a.results.list[*])",
      R"($(tasks.a.results["r"]) $(tasks.a.results['list'][1]))",
      R"($(tasks["a.b"].results.object.k) $(tasks.a.b.results.object.k))",
      "$(tasks.a.status) $(tasks.b.reason) $(tasks.status)",
      "$(finally.a.results.r) $(steps.s.results.x) $(steps.s.results.x[1])",
      "$(context.task.retry-count) $(context.task.name) "
      "$(context.taskRun.name)",
      "$$(params.word) $((params.word)) $($(params.word)) $(params.word",
      "$(inputs.params.word) $(workspaces.w.path) $(outputs.resources.x)",
      "$(tasks.a.results.list[99999999999999999999]) $(params.list[-1])",
  };
}

std::vector<std::string> Words() {
  return {"$(",       ")",       "[",         "]",       "[*]",
          "[0]",      "[1]",     "\"",        "'",       "[\"",
          "\"]",      "['",      "']",        ".",       "$",
          "params",   "tasks",   ".results.", "steps",   "word",
          "list",     "object",  "late",      "a",       "a.b",
          "status",   "\n",      "\xff",      "params.", "tasks.a.results.",
          "context.", "finally."};
}

}  // namespace colocation::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace colocation::fuzz;
  const std::string text(ToText(data, size));
  Find(text);
  Resolve(text);
  Launch(text);
  return 0;
}
