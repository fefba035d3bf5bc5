// A small request does not take much memory, whatever it says.
//
// Each shape is a text of at most one megabyte that grows somewhere: when it is
// read, when references are put in, or in the plan. A child process answers it
// with the default limits; its peak of resident memory is what counts. What
// would take more ends in RESOURCE_EXHAUSTED and names the limit.
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "colocation/colocation.h"
#include "gtest/gtest.h"

namespace colocation {
namespace {

constexpr int kMegabyte = 1'000'000;
constexpr long kMostKilobytes = 256L * 1024;

// How the child says what came of it.
enum Outcome { kPlanned, kRefused, kLimit, kInternal };

Outcome Answer(const std::string& text) {
  v1::PlanRequest request;
  request.add_documents()->set_content(text);
  request.mutable_options()->set_controlled(true);
  request.mutable_options()->set_api_fields(v1::API_FIELDS_ALPHA);
  const auto validated = ValidateRequest(request);
  const auto plan = PlanRun(request);
  for (const absl::Status& status : {validated.status(), plan.status()}) {
    if (absl::IsInternal(status)) return kInternal;
  }
  if (absl::IsResourceExhausted(plan.status())) return kLimit;
  return plan.ok() ? kPlanned : kRefused;
}

// `text(n)` as long as it is no longer than a megabyte.
std::string Longest(const std::function<std::string(int)>& text) {
  int n = 16;
  while (text(2 * n).size() <= kMegabyte) n *= 2;
  for (int step = n / 2; step > 0; step /= 2) {
    if (text(n + step).size() <= kMegabyte) n += step;
  }
  return text(n);
}

std::string Repeat(int n, const std::function<std::string(int)>& part) {
  std::string text;
  for (int i = 0; i < n; ++i) text.append(part(i));
  return text;
}

std::string Pipeline(absl::string_view spec) {
  return absl::StrCat(
      "apiVersion: tekton.dev/v1\nkind: Pipeline\nmetadata: {name: p}\nspec:\n",
      spec);
}

std::string Task(absl::string_view spec) {
  return absl::StrCat(
      "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: t}\nspec:\n",
      spec);
}

constexpr absl::string_view kStep = "steps: [{image: b, command: [x]}]";

struct Shape {
  const char* name;
  std::function<std::string()> text;
  // What has to come of it, where that is known.
  int outcome = -1;
};

std::string Doubling(absl::string_view params, int n) {
  std::string text = "  params:\n  - {name: p0, default: xxxxxxxxxxxxxxxx}\n";
  for (int i = 1; i < n; ++i) {
    absl::StrAppend(&text, "  - {name: p", i, ", default: '$(", params, ".p",
                    i - 1, ")$(", params, ".p", i - 1, ")'}\n");
  }
  return text;
}

const std::vector<Shape>& Shapes() {
  static const auto& shapes = *new std::vector<Shape>{
      {"TaskParamsThatDouble",
       [] {
         return Task(absl::StrCat(Doubling("params", 60),
                                  "  steps: [{image: b, command: "
                                  "['$(params.p59)']}]\n"));
       },
       kLimit},
      {"PipelineParamsThatGrowTenfold",
       [] {
         std::string text = "  params:\n  - {name: p0, default: xxxxxxxxxx}\n";
         for (int i = 1; i < 10; ++i) {
           absl::StrAppend(
               &text, "  - {name: p", i, ", default: '",
               Repeat(
                   10,
                   [&](int) { return absl::StrCat("$(params.p", i - 1, ")"); }),
               "'}\n");
         }
         return Pipeline(
             absl::StrCat(text,
                          "  tasks: [{name: a, params: [{name: z, value: "
                          "'$(params.p9)'}], taskSpec: {params: [{name: z}], ",
                          kStep, "}}]\n"));
       },
       kLimit},
      {"StepActionParamsThatDouble",
       [] {
         return absl::StrCat(
             Task("  steps: [{name: s, ref: {name: a}}]\n"),
             "---\napiVersion: tekton.dev/v1beta1\nkind: StepAction\n"
             "metadata: {name: a}\nspec:\n  image: b\n  command: "
             "['$(params.p59)']\n",
             Doubling("params", 60));
       },
       kLimit},
      {"AliasesOfALongText",
       [] {
         return Longest([](int n) {
           return Task(absl::StrCat(
               "  description: &a '", std::string(4 * n, 'x'), "'\n  steps:\n",
               "  - {image: b, command: [x], args: [",
               Repeat(n, [](int) { return "*a,"; }), "]}\n"));
         });
       },
       kLimit},
      {"AliasesOfAliases",
       [] {
         std::string text = "  description: &a0 'xxxxxxxx'\n  steps:\n";
         for (int i = 0; i < 40; ++i) {
           absl::StrAppend(
               &text, "  - &s", i, " {image: b, args: [",
               i == 0 ? "x" : absl::StrCat("*s", i - 1, ", *s", i - 1), "]}\n");
         }
         return Task(text);
       }},
      {"AnchorsInAnchors",
       [] {
         return Longest([](int n) {
           return Task(absl::StrCat(
               "  x:\n    ",
               Repeat(90, [](int i) { return absl::StrCat("&a", i, " ["); }),
               Repeat(n, [](int) { return "~,"; }), std::string(90, ']'),
               "\n"));
         });
       },
       kLimit},
      {"StepsThatAreNull",
       [] {
         return Longest([](int n) {
           return Task(absl::StrCat(
               "  steps: [", Repeat(n, [](int) { return "~,"; }), "]\n"));
         });
       }},
      {"TasksThatAreEmpty",
       [] {
         return Longest([](int n) {
           return Pipeline(absl::StrCat(
               "  tasks: [", Repeat(n, [](int) { return "{},"; }), "]\n"));
         });
       }},
      {"KeysThatStandTwice",
       [] {
         return Longest([](int n) {
           return Task(
               absl::StrCat(Repeat(n, [](int) { return "  description: x\n"; }),
                            "  ", kStep, "\n"));
         });
       },
       kRefused},
      {"FieldsThatNobodyKnows",
       [] {
         return Longest([](int n) {
           return Task(absl::StrCat(
               Repeat(n, [](int i) { return absl::StrCat("  f", i, ": x\n"); }),
               "  ", kStep, "\n"));
         });
       },
       kRefused},
      {"NamesThatStandTwice",
       [] {
         return Longest([](int n) {
           return Task(
               absl::StrCat("  steps:\n", Repeat(n, [](int) {
                              return "  - {name: a, image: b, command: [x]}\n";
                            })));
         });
       },
       kRefused},
      {"ManyReferencesToALargeTask",
       [] {
         return Longest([](int n) {
           return absl::StrCat(
               Pipeline(absl::StrCat(
                   "  tasks:\n", Repeat(n,
                                        [](int i) {
                                          return absl::StrCat("  - {name: a", i,
                                                              ", taskRef: "
                                                              "{name: t}}\n");
                                        }))),
               "---\n",
               Task(absl::StrCat("  steps: [{image: b, script: '",
                                 std::string(32 * n, 'x'), "'}]\n")));
         });
       },
       kLimit},
      {"ManyStepsOfALargeTemplate",
       [] {
         return Longest([](int n) {
           return Task(absl::StrCat(
               "  stepTemplate: {env: [{name: E, value: '",
               std::string(24 * n, 'x'), "'}]}\n  steps:\n",
               Repeat(n, [](int) { return "  - {image: b, script: x}\n"; })));
         });
       },
       kLimit},
      {"ManyStepsOfALargeStepAction",
       [] {
         return Longest([](int n) {
           return absl::StrCat(
               Task(absl::StrCat(
                   "  steps:\n",
                   Repeat(n, [](int) { return "  - {ref: {name: a}}\n"; }))),
               "---\napiVersion: tekton.dev/v1beta1\nkind: StepAction\n"
               "metadata: {name: a}\nspec: {image: b, script: '",
               std::string(20 * n, 'x'), "'}\n");
         });
       },
       kLimit},
      {"ALargePodTemplateForManyTasks",
       [] {
         return Longest([](int n) {
           return absl::StrCat(
               "apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {name: "
               "r}\nspec:\n  taskRunTemplate: {podTemplate: {env: [{name: E, "
               "value: '",
               std::string(60 * n, 'x'), "'}]}}\n  pipelineSpec:\n    tasks:\n",
               Repeat(n, [](int i) {
                 return absl::StrCat("    - {name: a", i, ", taskSpec: {",
                                     kStep, "}}\n");
               }));
         });
       },
       kLimit},
      {"ManyWorkspacesOfManySteps",
       [] {
         return Longest([](int n) {
           return Task(absl::StrCat(
               "  workspaces:\n",
               Repeat(n,
                      [](int i) {
                        return absl::StrCat("  - {name: w", i, "}\n");
                      }),
               "  steps:\n",
               Repeat(n, [](int) { return "  - {image: b, script: x}\n"; })));
         });
       },
       kLimit},
      {"AMatrixOfALargeTask",
       [] {
         return Pipeline(absl::StrCat(
             "  tasks:\n  - name: a\n    matrix: {params: [{name: i, value: [",
             Repeat(250, [](int i) { return absl::StrCat("'", i, "',"); }),
             "]}]}\n    taskSpec:\n      params: [{name: i}]\n      steps: "
             "[{image: b, script: '",
             std::string(900'000, 'x'), "'}]\n"));
       },
       kLimit},
      {"AMatrixWithManyIncludes",
       [] {
         return Longest([](int n) {
           return Pipeline(absl::StrCat(
               "  tasks:\n  - name: a\n    matrix:\n      params: [{name: i, "
               "value: [",
               Repeat(200, [](int i) { return absl::StrCat("'", i, "',"); }),
               "]}]\n      include:\n      - params:\n",
               Repeat(n,
                      [](int i) {
                        return absl::StrCat("        - {name: n", i,
                                            ", value: v}\n");
                      }),
               "    taskSpec: {", kStep, "}\n"));
         });
       }},
      {"AResultOfEachTaskForFinallyTasks",
       [] {
         return Longest([](int n) {
           return Pipeline(absl::StrCat(
               "  tasks:\n",
               Repeat(n,
                      [](int i) {
                        return absl::StrCat("  - {name: a", i,
                                            ", taskSpec: {results: [{name: "
                                            "r}], ",
                                            kStep, "}}\n");
                      }),
               "  finally:\n", Repeat(n, [](int i) {
                 return absl::StrCat(
                     "  - {name: f", i,
                     ", params: [{name: z, value: '$(tasks.a", i,
                     ".results.r)'}], taskSpec: {params: [{name: z}], ", kStep,
                     "}}\n");
               })));
         });
       },
       kLimit},
      {"AnArrayThatIsPutInEverywhere",
       [] {
         return Longest([](int n) {
           return Task(absl::StrCat(
               "  params:\n  - name: l\n    type: array\n    default: [",
               Repeat(n, [](int) { return "x,"; }), "]\n  steps:\n",
               Repeat(n / 8, [](int) {
                 return "  - {image: b, command: ['$(params.l[*])']}\n";
               })));
         });
       },
       kLimit},
      {"WorkspacesThatNobodyDeclares",
       [] {
         return Longest([](int n) {
           return Task(absl::StrCat(
               "  workspaces:\n",
               Repeat(n,
                      [](int i) {
                        return absl::StrCat("  - {name: w", i, "}\n");
                      }),
               "  steps:\n  - image: b\n    command: [x]\n    workspaces:\n",
               Repeat(n, [](int i) {
                 return absl::StrCat("    - {name: u", i, "}\n");
               })));
         });
       },
       kRefused},
      {"ParamsThatNobodyDeclares",
       [] {
         return Longest([](int n) {
           return Task(absl::StrCat(
               "  params:\n",
               Repeat(n,
                      [](int i) {
                        return absl::StrCat("  - {name: pp", i, "}\n");
                      }),
               "  steps:\n  - image: b\n    command:\n", Repeat(n, [](int i) {
                 return absl::StrCat("    - $(params.qq", i, ")\n");
               })));
         });
       },
       kRefused},
  };
  return shapes;
}

class GrowthTest : public testing::TestWithParam<Shape> {};

TEST_P(GrowthTest, TakesLessThan256Megabytes) {
  const std::string text = GetParam().text();
  ASSERT_LE(text.size(), kMegabyte + 1000);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    // A fault must not take the memory of the whole machine.
    const rlimit most = {rlim_t{2} << 30, rlim_t{2} << 30};
    setrlimit(RLIMIT_AS, &most);
    _exit(Answer(text));
  }
  int status = 0;
  rusage used = {};
  ASSERT_EQ(wait4(child, &status, 0, &used), child);
  std::cout << text.size() << " bytes: " << used.ru_maxrss << " KiB, "
            << used.ru_utime.tv_sec * 1000 + used.ru_utime.tv_usec / 1000
            << " ms of CPU\n";
  ASSERT_TRUE(WIFEXITED(status)) << "ended by signal " << WTERMSIG(status);
  EXPECT_NE(WEXITSTATUS(status), kInternal);
  if (GetParam().outcome >= 0) {
    EXPECT_EQ(WEXITSTATUS(status), GetParam().outcome);
  }
  EXPECT_LT(used.ru_maxrss, kMostKilobytes);
}

INSTANTIATE_TEST_SUITE_P(Shapes, GrowthTest, testing::ValuesIn(Shapes()),
                         [](const testing::TestParamInfo<Shape>& info) {
                           return info.param.name;
                         });

}  // namespace
}  // namespace colocation
