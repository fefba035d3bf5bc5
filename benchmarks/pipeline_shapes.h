// Pipelines of many forms and any size, for finding what grows faster than its
// input. The same text for the same numbers.
#ifndef COLOCATION_BENCHMARKS_PIPELINE_SHAPES_H_
#define COLOCATION_BENCHMARKS_PIPELINE_SHAPES_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace colocation {

struct PipelineShape {
  const char* name;
  // Of so many tasks (or, for one task, of so much of what it has).
  std::function<std::string(int)> make;
};

namespace shapes {

// One task in flow style: "t7", with fields of the pipeline task and of the
// TaskSpec, each with a comma before.
inline std::string Task(const std::string& name, const std::string& fields = "",
                        const std::string& spec = "") {
  return absl::StrCat("  - {name: ", name, fields,
                      ", taskSpec: {steps: [{name: s, image: i, command: "
                      "[c]}]",
                      spec, "}}\n");
}

inline std::string Pipeline(const std::string& tasks,
                            const std::string& workspaces = "",
                            const std::string& finally = "") {
  return absl::StrCat(
      "apiVersion: tekton.dev/v1\nkind: Pipeline\nmetadata: {name: p}\nspec:\n",
      workspaces.empty() ? ""
                         : absl::StrCat("  workspaces: [", workspaces, "]\n"),
      "  tasks:\n", tasks,
      finally.empty() ? "" : absl::StrCat("  finally:\n", finally));
}

// ", runAfter: [t1, t2]"
inline std::string After(const std::vector<int>& tasks) {
  if (tasks.empty()) return "";
  std::string names;
  for (const int t : tasks) {
    absl::StrAppend(&names, names.empty() ? "" : ", ", "t", t);
  }
  return absl::StrCat(", runAfter: [", names, "]");
}

// Each task `t` after those that `before` says.
inline std::string Ordered(int n,
                           const std::function<std::vector<int>(int)>& before) {
  std::string tasks;
  for (int t = 0; t < n; ++t) {
    absl::StrAppend(&tasks, Task(absl::StrCat("t", t), After(before(t))));
  }
  return Pipeline(tasks);
}

inline std::vector<int> Previous(int t) {
  return t == 0 ? std::vector<int>{} : std::vector<int>{t - 1};
}

// A number that looks like chance, the same everywhere.
inline uint32_t Mixed(uint32_t x) {
  x ^= x >> 16;
  x *= 0x7feb352dU;
  x ^= x >> 15;
  x *= 0x846ca68bU;
  return x ^ x >> 16;
}

constexpr char kShared[] = ", workspaces: [{name: w}]";

}  // namespace shapes

inline std::vector<PipelineShape> PipelineShapes() {
  using shapes::After;
  using shapes::Mixed;
  using shapes::Ordered;
  using shapes::Pipeline;
  using shapes::Previous;
  using shapes::Task;
  return {
      {"chain", [](int n) { return Ordered(n, Previous); }},
      {"fan",
       [](int n) {
         return Ordered(n, [n](int t) {
           if (t == 0) return std::vector<int>{};
           if (t < n - 1) return std::vector<int>{0};
           std::vector<int> all(n - 2);
           for (int i = 0; i < n - 2; ++i) all[i] = i + 1;
           return all;
         });
       }},
      {"layers of 10",
       [](int n) {
         return Ordered(n, [](int t) {
           std::vector<int> layer;
           for (int i = (t / 10 - 1) * 10; t >= 10 && i < t / 10 * 10; ++i) {
             layer.push_back(i);
           }
           return layer;
         });
       }},
      {"random",
       [](int n) {
         return Ordered(n, [](int t) {
           std::vector<int> before;
           for (uint32_t i = 0; t > 0 && i < 4; ++i) {
             before.push_back(static_cast<int>(Mixed(t * 4 + i) % t));
           }
           std::sort(before.begin(), before.end());
           before.erase(std::unique(before.begin(), before.end()),
                        before.end());
           return before;
         });
       }},
      {"after the first",
       [](int n) {
         return Ordered(n, [](int t) {
           if (t < 2) return Previous(t);
           return std::vector<int>{0, t - 1};
         });
       }},
      {"after 200",
       [](int n) {
         return Ordered(n, [](int t) {
           std::vector<int> before;
           for (int i = std::max(0, t - 200); i < t; ++i) before.push_back(i);
           return before;
         });
       }},
      {"ladder",
       [](int n) {
         return Ordered(n, [](int t) {
           if (t < 2) return Previous(t);
           std::vector<int> before = {t / 2};
           if (t / 2 != t - 1) before.push_back(t - 1);
           return before;
         });
       }},
      {"workspace each",
       [](int n) {
         std::string tasks, workspaces;
         for (int t = 0; t < n; ++t) {
           absl::StrAppend(&workspaces, t > 0 ? ", " : "", "{name: w", t, "}");
           absl::StrAppend(
               &tasks, Task(absl::StrCat("t", t),
                            absl::StrCat(After(Previous(t)),
                                         ", workspaces: [{name: w, workspace: "
                                         "w",
                                         t, "}]"),
                            shapes::kShared));
         }
         return Pipeline(tasks, workspaces);
       }},
      {"pairs share",
       [](int n) {
         std::string tasks, workspaces = "{name: w0}";
         for (int t = 0; t < n; ++t) {
           absl::StrAppend(&workspaces, ", {name: w", t + 1, "}");
           absl::StrAppend(
               &tasks,
               Task(absl::StrCat("t", t),
                    absl::StrCat(", workspaces: [{name: a, workspace: w", t,
                                 "}, {name: b, workspace: w", t + 1, "}]"),
                    ", workspaces: [{name: a}, {name: b}]"));
         }
         return Pipeline(tasks, workspaces);
       }},
      {"one task's",
       [](int n) {
         std::string bound, workspaces;
         for (int w = 0; w < n; ++w) {
           absl::StrAppend(&workspaces, w > 0 ? ", " : "", "{name: w", w, "}");
           absl::StrAppend(&bound, w > 0 ? ", " : "", "{name: w", w,
                           ", workspace: w", w, "}");
         }
         return Pipeline(Task("t", absl::StrCat(", workspaces: [", bound, "]"),
                              absl::StrCat(", workspaces: [", workspaces, "]")),
                         workspaces);
       }},
      {"one port",
       [](int n) {
         std::string tasks;
         for (int t = 0; t < n; ++t) {
           absl::StrAppend(
               &tasks,
               Task(absl::StrCat("t", t),
                    absl::StrCat(After(Previous(t)), shapes::kShared),
                    absl::StrCat(shapes::kShared,
                                 ", sidecars: [{name: d, image: i, command: "
                                 "[d], ports: [{containerPort: 80}]}]")));
         }
         return Pipeline(tasks, "{name: w}");
       }},
      {"when everywhere",
       [](int n) {
         std::string tasks;
         for (int t = 0; t < n; ++t) {
           absl::StrAppend(
               &tasks,
               Task(absl::StrCat("t", t),
                    t == 0 ? ""
                           : absl::StrCat(", when: [{input: $(tasks.t", t - 1,
                                          ".results.r), operator: in, values: "
                                          "[a]}]"),
                    ", results: [{name: r}]"));
         }
         return Pipeline(tasks);
       }},
      {"results to finally",
       [](int n) {
         std::string tasks, params, declared;
         for (int t = 0; t < n; ++t) {
           absl::StrAppend(&tasks, Task(absl::StrCat("t", t), "",
                                        ", results: [{name: r}]"));
           absl::StrAppend(&params, t > 0 ? ", " : "", "{name: p", t,
                           ", value: $(tasks.t", t, ".results.r)}");
           absl::StrAppend(&declared, t > 0 ? ", " : "", "{name: p", t, "}");
         }
         return Pipeline(tasks, "",
                         Task("f", absl::StrCat(", params: [", params, "]"),
                              absl::StrCat(", params: [", declared, "]")));
       }},
  };
}

}  // namespace colocation

#endif  // COLOCATION_BENCHMARKS_PIPELINE_SHAPES_H_
