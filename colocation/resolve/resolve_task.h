// One pipeline task, closed: what a TaskRun of it would run.
//
// The order is Tekton's, since each step looks at the texts that the one before
// it has made: the pipeline's parameters and contexts in the pipeline task and
// in an embedded Task; then, for each TaskRun, StepActions, the Task's
// parameters, and at last what depends on where it runs (contexts, paths of
// results and workspaces).
#ifndef COLOCATION_RESOLVE_RESOLVE_TASK_H_
#define COLOCATION_RESOLVE_RESOLVE_TASK_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/resolve/catalog.h"
#include "colocation/resolve/dependencies.h"
#include "colocation/resolve/params.h"
#include "colocation/resolve/replacements.h"
#include "colocation/resolve/run.h"
#include "colocation/syntax/byte_budget.h"
#include "colocation/v1/request.pb.h"
#include "colocation/v1/tekton.pb.h"
#include "colocation/validate/feature_flags.h"

namespace colocation {

// The claim behind a bound workspace: the binding's, or the one that is made
// from its template; else empty.
std::string ClaimOf(const v1::RunIdentity& run,
                    const v1::WorkspaceBinding& binding);

// What the run says of one task (taskRunSpecs, or a TaskRun itself).
struct TaskSettings {
  std::string service_account_name;
  std::shared_ptr<const v1::PodTemplate> pod_template;
  // There are references in the Pod template.
  bool pod_template_refers = false;
  // Null where there is nothing. `path` is its own: "spec.taskRunSpecs[2]".
  const v1::PipelineTaskRunSpec* spec = nullptr;
  std::string path;
};

// What all tasks of a run share.
struct RunScope {
  const FeatureFlags& flags;
  const v1::PipelineSpec& pipeline;
  // What the pipeline's references stand for.
  const Replacements& values;
  // How long its array parameters are.
  const ArrayLengths& lengths;
  // Those of its parameters that have no value, which has been reported.
  const absl::flat_hash_set<std::string>& valueless;
  // Indices into ResolvedRun::workspaces.
  const absl::flat_hash_map<std::string, int32_t>& workspaces;
  // Its tasks are being filled in; that of a TaskRun alone may change the
  // bindings of its workspaces.
  ResolvedRun& run;
  // The run is that of a TaskRun or Task: nothing propagates into it.
  bool one_task = false;
  // There is no run but the one made for it.
  bool bare = false;
  // Rules of Kubernetes count, too.
  bool for_pods = false;
  // What is put into texts and copied is taken from it.
  ByteBudget* budget = nullptr;
  // The pipeline, or the TaskRun, was written as tekton.dev/v1beta1.
  bool v1beta1 = false;
  // PlanOptions.keep_specs.
  bool keep_specs = false;
};

class TaskResolver {
 public:
  TaskResolver(const RunScope& scope, Catalog* catalog,
               DependencyFinder* dependencies, DiagnosticList* diagnostics)
      : scope_(scope),
        catalog_(*catalog),
        dependencies_(*dependencies),
        diagnostics_(*diagnostics) {
    for (const auto& declared : scope.pipeline.workspaces()) {
      if (declared.optional()) optional_workspaces_.insert(declared.name());
    }
  }

  // Fills in task `at` of the run, which has its name and path already.
  void Resolve(const v1::PipelineTask& written, const TaskSettings& settings,
               TaskIndex at, ResolvedTask* task);

 private:
  // A workspace that the TaskRun would be given.
  struct Binding {
    std::string name;
    int32_t run_workspace = -1;
    std::string sub_path;
    std::string path;
  };

  // The given values in the order in which they count: a matrix's, then the
  // task's own.
  static std::vector<GivenParam> GivenParams(
      const v1::PipelineTask& pipeline_task,
      const std::vector<v1::Param>& of_matrix, const ResolvedTask& task);
  void Substitute(const v1::PipelineTask& written, v1::PipelineTask* task);
  void SetContexts(v1::PipelineTask* task);
  void CheckIndices(const v1::PipelineTask& written, const ResolvedTask& task);
  void SetSettings(const v1::PipelineTask& pipeline_task,
                   const TaskSettings& settings, ResolvedTask* task);
  void SetWhen(const v1::PipelineTask& pipeline_task, ResolvedTask* task);
  void SetDisplayName(const v1::PipelineTask& pipeline_task,
                      ResolvedTask* task);
  // `embedded` is the embedded Task, before anything of it was replaced for a
  // unit.
  void KeepTaskRun(const v1::PipelineTask& pipeline_task,
                   const TaskSettings& settings, v1::TaskSpec embedded,
                   ResolvedTask* task);
  bool IsExternal(const v1::PipelineTask& pipeline_task, ResolvedTask* task);
  // The Task; null, with an error, where it is missing. That of an embedded
  // one is part of `pipeline_task`.
  const v1::TaskSpec* FindSpec(const v1::PipelineTask& pipeline_task,
                               ResolvedTask* task);
  void CheckOnError(const v1::PipelineTask& written,
                    const v1::PipelineTask& pipeline_task,
                    const ResolvedTask& task);
  void CheckAgainstTask(const v1::PipelineTask& written,
                        const v1::PipelineTask& pipeline_task,
                        const v1::TaskSpec& spec, const ResolvedTask& task);
  void CheckEnumSubsets(const v1::PipelineTask& written,
                        const v1::TaskSpec& spec, const ResolvedTask& task);
  void CheckOptionalWorkspaces(const v1::PipelineTask& pipeline_task,
                               const v1::TaskSpec& spec,
                               const ResolvedTask& task);
  void CheckSettings(const TaskSettings& settings, const v1::TaskSpec& spec);
  void CheckRequests(const v1::TaskSpec& spec, const ResolvedTask& task);
  // Of `spec` with all that `settings` and stepTemplate give it.
  void CheckResources(const TaskSettings& settings, const v1::TaskSpec& spec,
                      const ResolvedTask& task);
  void CheckMatrixTypes(const v1::PipelineTask& pipeline_task,
                        const ResolvedTask& task);
  static std::string MountPathOf(const v1::WorkspaceDeclaration& declaration);
  std::vector<Binding> FindBindings(const v1::PipelineTask& pipeline_task,
                                    const v1::TaskSpec& spec,
                                    const ResolvedTask& task);
  void BindWorkspaces(const v1::PipelineTask& pipeline_task, v1::TaskSpec* spec,
                      ResolvedTask* task);
  // To what the installation binds workspaces that the run binds to nothing.
  void BindToDefault(TaskWorkspace* workspace, const ResolvedTask& task);
  // The combinations of the matrix; nothing where there can't be units.
  bool FanOutMatrix(const v1::PipelineTask& pipeline_task, ResolvedTask* task,
                    std::vector<std::vector<v1::Param>>* combinations);
  void ResolveUnit(const v1::PipelineTask& as_written,
                   const v1::PipelineTask& pipeline_task,
                   const TaskSettings& settings, bool first, ResolvedTask* task,
                   ResolvedUnit* unit);
  using StringMap = google::protobuf::Map<std::string, std::string>;
  void AddMetadata(const StringMap& labels, const StringMap& annotations,
                   ResolvedTask* task) const;
  void SetResources(const TaskSettings& settings, const ResolvedTask& task,
                    v1::TaskSpec* spec) const;
  void TakeInStepActions(const Replacements& values, const ResolvedTask& task,
                         v1::TaskSpec* spec);
  std::optional<std::string> OfTheRun(const ResolvedTask& task,
                                      const ResolvedUnit& unit,
                                      absl::string_view inside) const;
  void ReplaceWhatIsOfTheRun(const ResolvedTask& task, const ResolvedUnit& unit,
                             v1::TaskSpec* spec);
  // `written` is the spec before StepActions and parameters were put in, with
  // the same workspaces.
  void CheckSubstituted(const v1::TaskSpec& written, const v1::TaskSpec& spec,
                        const ResolvedTask& task);
  void CheckParamsLeft(const v1::TaskSpec& spec, const ResolvedTask& task);
  // Warns of what looks like a result or status of another task, in a TaskRun.
  void WarnOfTextLeft(const v1::TaskSpec& spec, const ResolvedTask& task);

  const RunScope& scope_;
  Catalog& catalog_;
  DependencyFinder& dependencies_;
  DiagnosticList& diagnostics_;
  // Names of those that the pipeline declares so.
  absl::flat_hash_set<absl::string_view> optional_workspaces_;
  bool task_v1beta1_ = false;
};

}  // namespace colocation

#endif  // COLOCATION_RESOLVE_RESOLVE_TASK_H_
