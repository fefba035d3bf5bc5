#include "tests/property/random_run.h"

#include <numeric>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace colocation {
namespace {

class Maker {
 public:
  Maker(std::mt19937* random, int most) : random_(*random), most_(most) {}

  RandomRun Make() {
    const int finally = OneIn(2) ? 1 + Below(most_ > 2 ? 2 : 1) : 0;
    const int tasks = 1 + Below(most_ - finally);
    const bool accounts = OneIn(3);
    const bool customs = OneIn(3);
    for (int i = 0; i < tasks + finally; ++i) {
      RandomTask task;
      task.name = absl::StrCat("t", i);
      task.finally = i >= tasks;
      // Results of a matrix are lists, which no `when` here can look at.
      std::vector<int> sources;
      for (int j = 0; j < tasks && j < i; ++j) {
        if (run_.tasks[j].units == 1) sources.push_back(j);
      }
      if (!task.finally) {
        for (int j = 0; j < i; ++j) {
          if (OneIn(3)) task.run_after.push_back(j);
        }
        task.continue_on_error = OneIn(6);
      }
      while (!sources.empty() && OneIn(3) && task.params.size() < 2) {
        task.params.push_back(sources[Below(sources.size())]);
      }
      if (OneIn(3)) task.when.push_back(When(task, i, tasks, sources));
      task.custom = customs && OneIn(4);
      if (!task.custom) {
        if (OneIn(8)) task.units = 2;
        if (OneIn(6)) task.retries = 1;
        task.other_account = accounts && OneIn(3);
        for (int w = 0; w < 2; ++w) task.workspaces |= OneIn(3) ? 1 << w : 0;
        for (int s = 1 + Below(2); s > 0; --s) {
          task.milli_cpu.push_back(100 * Below(5));
        }
      }
      run_.tasks.push_back(std::move(task));
    }
    return run_;
  }

 private:
  RandomWhen When(const RandomTask& task, int i, int tasks,
                  const std::vector<int>& sources) {
    RandomWhen when;
    when.negated = OneIn(2);
    if (task.finally && OneIn(2)) {
      when.task = Below(tasks);
      when.status = true;
    } else if (!sources.empty() && i > 0 && !OneIn(4)) {
      when.task = sources[Below(sources.size())];
    } else {
      when.constant_holds = !OneIn(2);
    }
    return when;
  }

  int Below(size_t n) { return static_cast<int>(random_() % n); }
  bool OneIn(int n) { return Below(n) == 0; }

  std::mt19937& random_;
  const int most_;
  RandomRun run_;
};

std::string TaskYaml(const RandomRun& run, const RandomTask& task) {
  const auto name = [&](int i) { return run.tasks[i].name; };
  const auto result = [&](int i) {
    return absl::StrCat("$(tasks.", name(i), ".results.r)");
  };
  std::string yaml = absl::StrCat("    - name: ", task.name, "\n");
  if (!task.run_after.empty()) {
    absl::StrAppend(&yaml, "      runAfter: [",
                    absl::StrJoin(task.run_after, ", ",
                                  [&](std::string* out, int i) {
                                    absl::StrAppend(out, name(i));
                                  }),
                    "]\n");
  }
  if (!task.params.empty()) absl::StrAppend(&yaml, "      params:\n");
  for (size_t p = 0; p < task.params.size(); ++p) {
    absl::StrAppend(&yaml, "      - {name: p", p,
                    ", value: ", result(task.params[p]), "}\n");
  }
  if (!task.when.empty()) absl::StrAppend(&yaml, "      when:\n");
  for (const RandomWhen& when : task.when) {
    const std::string input =
        when.status      ? absl::StrCat("$(tasks.", name(when.task), ".status)")
        : when.task >= 0 ? result(when.task)
        : when.constant_holds != when.negated ? kYes
                                              : kOther;
    absl::StrAppend(&yaml, "      - {input: \"", input,
                    "\", operator: ", when.negated ? "notin" : "in",
                    ", values: [\"", when.status ? "Succeeded" : kYes,
                    "\"]}\n");
  }
  if (task.retries > 0) {
    absl::StrAppend(&yaml, "      retries: ", task.retries, "\n");
  }
  if (task.continue_on_error)
    absl::StrAppend(&yaml, "      onError: continue\n");
  if (task.custom) {
    absl::StrAppend(&yaml,
                    "      taskRef: {apiVersion: example.dev/v1, kind: X}\n");
    return yaml;
  }
  if (task.units > 1) {
    absl::StrAppend(&yaml,
                    "      matrix: {params: [{name: m, value: [a, b]}]}\n");
  }
  std::vector<std::string> workspaces;
  for (int w = 0; w < 2; ++w) {
    if (task.workspaces >> w & 1) {
      workspaces.push_back(absl::StrCat("{name: w", w, "}"));
    }
  }
  const std::string list = absl::StrJoin(workspaces, ", ");
  absl::StrAppend(&yaml, "      workspaces: [", list, "]\n      taskSpec:\n");
  absl::StrAppend(&yaml, "        workspaces: [", list, "]\n");
  std::vector<std::string> params;
  for (size_t p = 0; p < task.params.size(); ++p) {
    params.push_back(absl::StrCat("{name: p", p, "}"));
  }
  if (task.units > 1) params.push_back("{name: m}");
  absl::StrAppend(&yaml, "        params: [", absl::StrJoin(params, ", "),
                  "]\n        results: [{name: r}]\n        steps:\n");
  for (size_t s = 0; s < task.milli_cpu.size(); ++s) {
    absl::StrAppend(&yaml, "        - {name: s", s,
                    ", image: i, command: [c, \"",
                    task.params.empty() ? "" : "$(params.p0)", "\"]");
    if (task.milli_cpu[s] > 0) {
      absl::StrAppend(&yaml, ", computeResources: {requests: {cpu: ",
                      task.milli_cpu[s], "m}}");
    }
    absl::StrAppend(&yaml, "}\n");
  }
  return yaml;
}

}  // namespace

RandomRun MakeRandomRun(std::mt19937* random, int most_tasks) {
  return Maker(random, most_tasks).Make();
}

std::string ToYaml(const RandomRun& run, const std::vector<int>& order) {
  std::vector<int> all(run.tasks.size());
  std::iota(all.begin(), all.end(), 0);
  if (!order.empty()) all = order;
  std::string settings, tasks, finally;
  for (const int i : all) {
    const RandomTask& task = run.tasks[i];
    absl::StrAppend(task.finally ? &finally : &tasks, TaskYaml(run, task));
    if (task.other_account) {
      absl::StrAppend(&settings, "  - {pipelineTaskName: ", task.name,
                      ", serviceAccountName: other}\n");
    }
  }
  return absl::StrCat(
      "apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {name: run}\n"
      "spec:\n",
      settings.empty() ? "" : "  taskRunSpecs:\n", settings,
      "  workspaces:\n  - {name: w0, emptyDir: {}}\n"
      "  - {name: w1, emptyDir: {}}\n"
      "  pipelineSpec:\n    workspaces: [{name: w0}, {name: w1}]\n    tasks:\n",
      tasks, finally.empty() ? "" : "    finally:\n", finally);
}

}  // namespace colocation
