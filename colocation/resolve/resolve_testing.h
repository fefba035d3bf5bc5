// YAML to a resolved run, and a run to short texts for tables of tests.
#ifndef COLOCATION_RESOLVE_RESOLVE_TESTING_H_
#define COLOCATION_RESOLVE_RESOLVE_TESTING_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/resolve/run.h"
#include "colocation/v1/request.pb.h"
#include "gtest/gtest.h"

namespace colocation {

class ResolvedYaml {
 public:
  // Decodes and resolves; `request` adds options and resolved references.
  explicit ResolvedYaml(absl::string_view yaml,
                        const v1::PlanRequest& request = {});

  const ResolvedRun& run() const { return run_; }
  const v1::Diagnostics& diagnostics() const { return diagnostics_; }
  const std::vector<v1::Need>& needs() const { return needs_; }

  // "a; b <- a, c(result); f[finally]; d[never: WHEN]".
  std::string Tasks() const;
  // Of each step, its image, command and args, or its script in quotes:
  // "a: alpine echo x | b-0: alpine 'make' & alpine 'test'".
  std::string Steps() const;
  // "a: src=/workspace/src on ws-src/dir; out unbound | b: ...".
  std::string Workspaces() const;
  // One line each: "spec.tasks[0].runAfter[0] [unknown-task] did you mean ...".
  // Warnings begin with "warning: ".
  std::string Errors() const;
  // "TASK t at spec.tasks[0].taskRef; PIPELINE git(url=x) at ...".
  std::string Needs() const;

 private:
  ResolvedRun run_;
  v1::Diagnostics diagnostics_;
  std::vector<v1::Need> needs_;
};

// A row of a table of tests.
struct RunCase {
  absl::string_view name;  // the claim: it becomes the test's name
  absl::string_view yaml;
  absl::string_view expected;
};

std::string CaseName(const testing::TestParamInfo<RunCase>& info);

}  // namespace colocation

#endif  // COLOCATION_RESOLVE_RESOLVE_TESTING_H_
