#include "colocation/plan/reported_results.h"

#include <optional>

#include "colocation/resolve/reference.h"
#include "colocation/v1/tekton.pb.h"

namespace colocation {

ReportedResults::ReportedResults(const ResolvedRun& run, bool controlled) {
  if (!controlled) return;
  for (const ResolvedTask& task : run.tasks) {
    for (const v1::ResultRef& ref : task.result_refs) {
      needed_.emplace(ref.task(), ref.result());
    }
    // What a TaskRun is run for.
    if (run.identity.kind() != "TaskRun") continue;
    for (const v1::DeclaredResult& result : task.results) {
      needed_.emplace(task.name, result.name());
    }
  }
  const auto read = [&](absl::string_view text) {
    ForEachReference(text, [&](absl::string_view inside) {
      const std::optional<ResultReference> ref = ParseResultReference(inside);
      if (ref.has_value()) needed_.emplace(ref->owner, ref->result);
    });
  };
  for (const v1::PipelineResult& result : run.results) {
    const v1::ParamValue& value = result.value();
    read(value.string_value());
    for (const std::string& element : value.array_value().items()) {
      read(element);
    }
    for (const auto& [key, entry] : value.object_value().entries()) read(entry);
  }
}

}  // namespace colocation
