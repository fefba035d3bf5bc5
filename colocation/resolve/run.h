// One closed run: all that the planner reads.
//
// Resolving turns a PipelineRun and the objects it refers to into this: every
// reference is followed, every parameter and context variable that is known
// before the run starts is substituted, every workspace is bound. What is left
// as text are references to what only the run itself can give, always in one of
// the forms
//
//   $(tasks.NAME.results.RESULT)   $(tasks.NAME.results.RESULT[*])
//   $(tasks.NAME.results.RESULT[INDEX])   $(tasks.NAME.results.RESULT.KEY)
//   $(tasks.NAME.status)   $(tasks.NAME.reason)   $(tasks.status)
//   $(steps.NAME.results.RESULT)...   $(context.task.retry-count)
//
// whatever form their author used. Plain data: copyable, no invariants beyond
// those stated here.
#ifndef COLOCATION_RESOLVE_RUN_H_
#define COLOCATION_RESOLVE_RUN_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "colocation/diagnostics/diagnostics.h"
#include "colocation/v1/launch.pb.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/tekton.pb.h"

namespace colocation {

// Index into ResolvedRun::tasks.
using TaskIndex = int32_t;

// A workspace of the run, bound.
struct RunWorkspace {
  // The pipeline's name for it.
  std::string name;
  v1::WorkspaceBinding binding;
  // Name that the volume has in every Pod that mounts it; what
  // $(workspaces.x.volume) stands for.
  std::string volume;
  // The claim behind it, what $(workspaces.x.claim) stands for: the binding's,
  // or the one that is made from its template; else empty.
  std::string claim;
};

// A workspace that a task declares, and what it is bound to.
struct TaskWorkspace {
  // The declaration in the Task.
  std::string name;
  std::string mount_path;
  bool read_only = false;
  // Index into ResolvedRun::workspaces; -1 for an optional one left unbound.
  int32_t run_workspace = -1;
  // Joined from the PipelineRun's binding and the pipeline task's; relative,
  // without empty parts. It may refer to a result.
  std::string sub_path;
  // Only the steps and sidecars that name it see it (TEP-0029).
  bool isolated = false;
  // Each unit has a directory of its own in it.
  bool per_unit = false;
};

// A dependency of one task on another, and the fields that make it.
struct TaskDependency {
  TaskIndex on = 0;
  v1::Dependency::Kind kind = v1::Dependency::ORDERING;
  // Paths of the fields, sorted: "spec.tasks[2].runAfter[0]".
  std::vector<std::string> paths;
};

// One run of a Task: the only one, or that of one matrix combination.
struct ResolvedUnit {
  // Unique in the run: the pipeline task's name, with "-INDEX" under a matrix.
  std::string name;
  // What Tekton would call its TaskRun.
  std::string task_run;
  // What the matrix gave.
  std::vector<v1::Param> matrix_params;
  // Substituted; StepActions and stepTemplate are taken into the steps, each
  // step and sidecar has a name, and nothing refers to parameters any more.
  v1::TaskSpec spec;
  // Null unless a matrix parameter makes it another than the task's.
  std::shared_ptr<const v1::PodTemplate> pod_template;
};

struct ResolvedTask {
  enum class Runs {
    kUnits,       // as steps that we can place
    kCustomRun,   // a custom task
    kPipeline,    // a pipeline of its own
    kLateMatrix,  // a matrix over results
    kNever,       // skipped whatever happens; see `skip_reason`
  };

  std::string name;
  bool finally = false;
  Runs runs = Runs::kUnits;
  v1::SkipReason skip_reason = v1::SKIP_REASON_UNSPECIFIED;

  // One without a matrix; empty unless `runs` is kUnits.
  std::vector<ResolvedUnit> units;
  bool matrixed = false;

  // Direct, at most one for each other task and kind; sorted by (on, kind). A
  // finally task's dependencies on results are here, those on the end of all
  // other tasks aren't.
  std::vector<TaskDependency> dependencies;

  // Results that its fields refer to, each once, in the order in which Tekton
  // looks for one that is missing; all of tasks that are in `dependencies` as
  // RESOURCE.
  std::vector<v1::ResultRef> result_refs;
  // Results that the task declares, types defaulted.
  std::vector<v1::DeclaredResult> results;

  // Substituted; those that hold whatever happens are left out.
  std::vector<v1::WhenExpression> when;
  // Substituted, all of them.
  std::vector<v1::WhenExpression> whens_as_written;
  // PipelineTask.displayName, likewise, with the task's own params put in, too.
  std::string display_name;

  int32_t retries = 0;
  // Zero is none.
  int64_t timeout_ns = 0;
  bool continue_on_error = false;

  // In the order of the Task's declarations; empty where `runs` isn't kUnits or
  // kLateMatrix.
  std::vector<TaskWorkspace> workspaces;

  // From taskRunSpecs, taskRunTemplate and the options' default, merged as
  // Tekton does. Tasks with the same Pod template share it; null is an empty
  // one.
  std::string service_account_name;
  std::shared_ptr<const v1::PodTemplate> pod_template;
  // Of the task as a whole (taskRunSpecs[].computeResources).
  std::optional<v1::ResourceRequirements> compute_resources;
  // For what runs it, beside those of the run: the Task's and the embedded
  // Task's as far as the run has none of that name, and taskRunSpecs[].metadata.
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> annotations;

  // "Example (example.dev/v1)" for what isn't kUnits.
  std::string external;
  // Then also the pipeline task, substituted: what the controller has to make.
  // Null for kUnits.
  std::shared_ptr<const v1::PipelineTask> pipeline_task;
  // What its TaskRuns are made of, but for what differs from unit to unit. Null
  // unless the request asks for it (keep_specs), and for what has no units.
  std::shared_ptr<const v1::TaskRun> task_run;
  // Name of the Task in `taskRef`; empty for an embedded one.
  std::string task_ref;

  // The pipeline task: its object, and where in it.
  Subject subject;
  std::string path;  // "spec.tasks[3]", "spec.pipelineSpec.finally[0]"
  // The TaskSpec: in another object, or in the same.
  Subject task_subject;
  std::string task_path;  // "spec", "spec.tasks[3].taskSpec"
};

struct ResolvedRun {
  v1::RunIdentity identity;
  // The PipelineRun (or what stands for it), for diagnostics.
  Subject subject;
  // The pipeline's order: first `tasks`, then `finally`.
  std::vector<ResolvedTask> tasks;
  std::vector<RunWorkspace> workspaces;
  v1::RunTimeouts timeouts;
  std::vector<v1::PipelineResult> results;
  // What Tekton has in status.pipelineSpec. Null unless the request asks for it
  // (keep_specs).
  std::shared_ptr<const v1::PipelineSpec> pipeline_spec;
};

}  // namespace colocation

#endif  // COLOCATION_RESOLVE_RUN_H_
