// One pipeline task, closed.
#ifndef COLOCATION_RESOLVE_RESOLVE_TASK_H_
#define COLOCATION_RESOLVE_RESOLVE_TASK_H_

#include <string>
#include <vector>

#include "colocation/diagnostics/diagnostics.h"
#include "colocation/resolve/catalog.h"
#include "colocation/resolve/params.h"
#include "colocation/resolve/replacements.h"
#include "colocation/resolve/run.h"
#include "colocation/v1/request.pb.h"
#include "colocation/v1/tekton.pb.h"

namespace colocation {

class TaskResolver {
 public:
  // `of_pipeline` is what the pipeline's references stand for.
  TaskResolver(Catalog& catalog, const v1::PlanOptions& options,
               const ResolvedRun& run, const Replacements& of_pipeline,
               DiagnosticList* diagnostics)
      : catalog_(catalog),
        options_(options),
        run_(run),
        of_pipeline_(of_pipeline),
        diagnostics_(*diagnostics) {}

  // Fills in what `task` runs. `pipeline_task` has been substituted.
  void Resolve(const v1::PipelineTask& pipeline_task,
               const v1::PipelineTaskRunSpec& settings, ResolvedTask* task);

 private:
  // The Task, copied with what it propagates; false, with an error, where it is
  // missing.
  bool FindSpec(const v1::PipelineTask& pipeline_task, ResolvedTask* task,
                v1::TaskSpec* spec);
  void SetWhen(const v1::PipelineTask& pipeline_task, ResolvedTask* task);
  void BindWorkspaces(const v1::PipelineTask& pipeline_task, v1::TaskSpec* spec,
                      ResolvedTask* task);
  void ResolveUnit(const v1::PipelineTask& pipeline_task,
                   const v1::PipelineTaskRunSpec& settings,
                   const ResolvedTask& task, ResolvedUnit* unit);
  void TakeInStepActions(const Replacements& of_task, const ResolvedTask& task,
                         v1::TaskSpec* spec);
  static void SetPaths(v1::TaskSpec* spec);

  Catalog& catalog_;
  const v1::PlanOptions& options_;
  const ResolvedRun& run_;
  const Replacements& of_pipeline_;
  DiagnosticList& diagnostics_;
};

}  // namespace colocation

#endif  // COLOCATION_RESOLVE_RESOLVE_TASK_H_
