// The tasks of a pipeline by name.
#ifndef COLOCATION_VALIDATE_PIPELINE_NAMES_H_
#define COLOCATION_VALIDATE_PIPELINE_NAMES_H_

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "colocation/v1/tekton.pb.h"
#include "colocation/validate/context.h"

namespace colocation {

using PipelineTasks = google::protobuf::RepeatedPtrField<v1::PipelineTask>;

// `pipeline` must outlive this.
class PipelineNames {
 public:
  explicit PipelineNames(const v1::PipelineSpec& pipeline);

  // The index in `tasks` or `finally`, of the first of that name; -1 where
  // there is none.
  int Task(absl::string_view name) const { return Find(tasks_, name); }
  int Finally(absl::string_view name) const { return Find(finally_, name); }

  const v1::PipelineSpec& pipeline() const { return pipeline_; }

  // Two of `tasks` have one name.
  bool has_duplicate_tasks() const { return has_duplicate_tasks_; }

 private:
  using Index = absl::flat_hash_map<absl::string_view, int>;
  static int Find(const Index& index, absl::string_view name);

  const v1::PipelineSpec& pipeline_;
  Index tasks_, finally_;
  bool has_duplicate_tasks_ = false;
};

// Reports at `path` that there is no task `name`, with the nearest of `tasks`
// and where that is. `pipeline` is the path of the pipeline's spec.
void ReportUnknownTask(const ValidationContext& context,
                       const PipelineNames& names, absl::string_view name,
                       const FieldPath& pipeline, const FieldPath& path);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_PIPELINE_NAMES_H_
