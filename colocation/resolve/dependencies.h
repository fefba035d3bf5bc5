// What each task of a run depends on.
#ifndef COLOCATION_RESOLVE_DEPENDENCIES_H_
#define COLOCATION_RESOLVE_DEPENDENCIES_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/diagnostics/field_path.h"
#include "colocation/resolve/reference.h"
#include "colocation/resolve/run.h"
#include "colocation/v1/tekton.pb.h"

namespace colocation {

// Finds what makes one task wait for another: runAfter, and results in params,
// matrix, `when` and the texts of embedded Tasks
// (pkg/apis/pipeline/v1/pipeline_types.go, Deps; resultref.go,
// PipelineTaskResultRefs).
//
// Time and memory are linear in the texts and the references.
class DependencyFinder {
 public:
  // The tasks of `run` have their names and paths, and know which are finally
  // tasks.
  DependencyFinder(ResolvedRun* run, DiagnosticList* diagnostics);

  // Fills in dependencies and result_refs of task `at`, which is `task`, its
  // parameters replaced. Reports unknown tasks.
  void Add(TaskIndex at, const v1::PipelineTask& task);

  // When all tasks are there and know their results: reports results that a
  // known Task does not declare, in tasks and in the pipeline's own results,
  // and every cycle, as its path.
  void Check(const v1::PipelineSpec& pipeline, const Subject& subject,
             absl::string_view pipeline_path);

 private:
  // A reference to a result, to be looked at when all are known.
  struct Use {
    TaskIndex by;
    TaskIndex of;
    std::string result;
    std::string path;
  };

  void RunAfter(const std::string& name, const std::string& path);
  v1::Diagnostic& UnknownTask(const Subject& subject, const std::string& name,
                              std::string path);
  void Params(const google::protobuf::RepeatedPtrField<v1::Param>& params,
              const FieldPath& path);
  void Text(const std::string& text, const FieldPath& path);
  void Status(const ResultReference& reference, const FieldPath& path);
  void Result(const ResultReference& reference, const FieldPath& path);
  void CheckResult(const Subject& subject, const ResolvedTask& from,
                   const std::string& result, const std::string& path);
  void CheckPipelineResults(const v1::PipelineSpec& pipeline,
                            const Subject& subject,
                            absl::string_view pipeline_path);

  ResolvedRun& run_;
  DiagnosticList& diagnostics_;
  absl::flat_hash_map<std::string, TaskIndex> index_;
  std::vector<Use> uses_;
  // Finding the nearest of many names takes long: not for every fault of an
  // input that is all wrong.
  int hints_left_ = 50;
  // Of the task that is being added.
  TaskIndex at_ = 0;
  struct Found {
    TaskIndex on;
    v1::Dependency::Kind kind;
    std::string path;
  };
  std::vector<Found> found_;
  std::vector<std::pair<std::string, std::string>> refs_;
};

// Marks the tasks that are skipped whatever happens because of those that are
// so already: consequences of a constant `when`, by Tekton's rules
// (pkg/reconciler/pipelinerun/resources/pipelinerunresolution.go, skip). The
// run has no cycles.
void SkipWhatNeverRuns(ResolvedRun* run);

}  // namespace colocation

#endif  // COLOCATION_RESOLVE_DEPENDENCIES_H_
