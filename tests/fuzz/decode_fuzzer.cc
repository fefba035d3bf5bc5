// YAML and JSON to objects, and back. What is read without a fault is written
// so that reading it again gives the same.
#include "colocation/decode/decode.h"
#include "colocation/decode/encode.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/tekton.pb.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/seed_files.h"

namespace colocation::fuzz {

std::vector<std::string> Seeds() {
  std::vector<std::string> seeds = YamlTexts();
  seeds.insert(
      seeds.end(),
      {
          R"({"apiVersion":"v1","kind":"List","items":[{"kind":"Task",)"
          R"("apiVersion":"tekton.dev/v1","metadata":{"name":"\u00e9"},)"
          R"("spec":{"steps":[{"image":"a","timeout":"1m"}]}}]})",
          "a: &a [1, &b {c: d}]\ne: *a\n<<: [*b, {f: !!str 1}]\n",
          "%YAML 1.1\n--- |2-\n    x\n\n--- >+\n y\n...\n? [k]\n: ~\n",
          "version: 1\npods: [{name: a, units: [{task: t}]}]\n",
      });
  return seeds;
}

std::vector<std::string> Words() {
  return {"\n",
          "  ",
          "- ",
          ": ",
          "? ",
          "---\n",
          "...\n",
          "{",
          "}",
          "[",
          "]",
          ", ",
          "\"",
          "'",
          "|\n",
          ">-\n",
          "&a ",
          "*a",
          "<<: ",
          "!!str ",
          "!!int ",
          "null",
          "~",
          "true",
          "0x1F",
          "0o7",
          "1e3",
          ".inf",
          "-.5",
          "\\u00",
          "\\x",
          "\xff",
          "\xef\xbb\xbf",
          "\t",
          "# c\n",
          "name: a\n",
          "kind: List\n",
          "items:\n",
          "1Gi",
          "1h",
          "apiVersion: tekton.dev/v1beta1\n",
          "kind: Task\n",
          "bundle: b\n",
          "resources: {}\n"};
}

}  // namespace colocation::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace colocation;
  using fuzz::Require;
  const std::string_view text = fuzz::ToText(data, size);
  DecodeOptions options;
  options.limits.alias_events = 10'000;

  v1::ObjectSet objects;
  DiagnosticList diagnostics;
  DecodeObjects("f", {text.data(), text.size()}, options, &objects,
                &diagnostics);
  // What v1 has removed is kept for the rule that refuses it.
  const bool is_beta = text.find("v1beta1") != text.npos;
  if (!diagnostics.has_errors() && !is_beta) {
    for (const std::string& written : {ToYaml(objects), ToJson(objects)}) {
      v1::ObjectSet again;
      DiagnosticList faults;
      DecodeMessage("again", written, {}, &again, &faults);
      Require(!faults.has_errors(),
              "what was written can be read: " + written +
                  ToStatus(absl::StatusCode::kInternal, faults.Sorted())
                      .ToString());
      Require(ToYaml(again) == ToYaml(objects), "reading it gives it back");
    }
  }
  v1::ColocationPlan plan;
  DiagnosticList of_plan;
  DecodeMessage("f", {text.data(), text.size()}, options, &plan, &of_plan);
  return 0;
}
