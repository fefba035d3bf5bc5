// Conditions in CEL: the parser, the checker and the evaluator.
#include "colocation/cel/check.h"
#include "colocation/cel/evaluate.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/seed_files.h"

namespace colocation::fuzz {

std::vector<std::string> Seeds() {
  std::vector<std::string> seeds = Lines("tests/parity/cel_cases.txt");
  // Made to reach everything.
  seeds.insert(
      seeds.end(),
      {
          "'$(tasks.a.results.r)' == 'x' && int('12') > 3 || !('a' in ['b'])",
          "{'a': 1, 'b': [1u, 2u]}.b[1] == 2u ? size('é') < 2 : 1.5e3 >= .5",
          "[1, 2].map(x, x > 1, x * 2).exists(y, y % 2 == 0) && [3].all(z, z "
          "!= 0)",
          "'ab\\n\\x41\\u00e9'.matches('^(?:a|[^b-z]\\\\d)+?b{1,3}$') && "
          "has({'a': "
          "1}.a)",
          "type(dyn(1)) == int && string(1.5) + r'\\d' == '''x''' && b'\\377' "
          "< "
          "b'a'",
          "double('1e3') == 1000.0 && bool('t') && uint(3) - 1u == 2u && -7 / "
          "2 == "
          "-3",
          "['a', 'b'].filter(x, x.startsWith('a') || "
          "x.endsWith('b')).exists_one(y, "
          "y.contains('a'))",
          "{1: 'a'}[1] + {'a': 'b'}.a == 'ab' // comment\n && null == null",
      });
  return seeds;
}

std::vector<std::string> Words() {
  return {"'",
          "\"",
          "\\",
          "(",
          ")",
          "[",
          "]",
          "{",
          "}",
          ".",
          ",",
          "!",
          "-",
          "&&",
          "||",
          "?",
          ":",
          "0",
          "9223372036854775808",
          "1e999",
          "\xff",
          "é",
          "\n",
          "$(",
          "map(x,",
          "in",
          "dyn(",
          "matches('",
          "`",
          "'''",
          "u"};
}

}  // namespace colocation::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace colocation;
  using cel::Verdict;
  using fuzz::Require;
  const std::string_view text = fuzz::ToText(data, size);
  const Verdict first = cel::Evaluate(text);
  const Verdict second = cel::Evaluate(text);
  Require(first.kind == second.kind && first.message == second.message,
          "the outcome is always the same");
  const bool has_value =
      first.kind == Verdict::Kind::kTrue || first.kind == Verdict::Kind::kFalse;
  Require(first.message.empty() == has_value, "what has no value says why");
  const bool compiles = !cel::CheckCondition(text).has_value();
  Require(compiles || !has_value, "what doesn't compile has no value");
  cel::FindNotSupported(text);
  return 0;
}
