// pkg/apis/pipeline/v1/pipelinerun_validation.go; pipelinerun_defaults.go
#include "colocation/validate/run_timeouts.h"

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "colocation/syntax/duration.h"

namespace colocation {
namespace {

// In nanoseconds; zero is no limit.
struct Timeouts {
  std::optional<int64_t> tasks, finally;
  // Where the run has none, the default.
  int64_t pipeline = 0;
  bool pipeline_given = false;
};

Timeouts TimeoutsOf(const v1::PipelineRunSpec& run, const FeatureFlags& flags) {
  Timeouts timeouts;
  const v1::TimeoutFields& given = run.timeouts();
  if (given.has_tasks()) timeouts.tasks = ParseDurationNs(given.tasks());
  if (given.has_finally()) timeouts.finally = ParseDurationNs(given.finally());
  const auto pipeline =
      given.has_pipeline() ? ParseDurationNs(given.pipeline()) : std::nullopt;
  constexpr int64_t kMinuteNs = 60'000'000'000;
  timeouts.pipeline_given = pipeline.has_value();
  timeouts.pipeline =
      pipeline.value_or(flags.default_timeout_minutes * kMinuteNs);
  return timeouts;
}

std::string LimitText(const Timeouts& timeouts) {
  return absl::StrCat(FormatDurationNs(timeouts.pipeline),
                      timeouts.pipeline_given ? "" : ", the default");
}

void RequireNotNegative(const ValidationContext& context,
                        std::optional<int64_t> duration,
                        const FieldPath& path) {
  if (!duration || *duration >= 0) return;
  context
      .Error("invalid-value", path,
             absl::StrCat("a timeout of ", FormatDurationNs(*duration),
                          " is over before it begins"))
      .set_hint("write \"0\" for no limit");
}

// validatePipelineTimeout, of `tasks` or `finally`.
void RequireWithinPipeline(const ValidationContext& context,
                           std::optional<int64_t> duration,
                           const Timeouts& timeouts, const FieldPath& path) {
  if (!duration || timeouts.pipeline == 0) return;
  if (*duration != 0 && *duration <= timeouts.pipeline) return;
  context
      .Error("timeout-too-long", path,
             absl::StrCat(
                 *duration == 0 ? "no limit" : FormatDurationNs(*duration),
                 " is more than the pipeline has: ", LimitText(timeouts)))
      .set_hint("raise timeouts.pipeline, or \"0\" for no limit");
}

// validatePipelineTimeout: here no limit of the pipeline is a limit of nothing.
void RequireSumWithinPipeline(const ValidationContext& context,
                              const Timeouts& timeouts, const FieldPath& path) {
  if (!timeouts.tasks || !timeouts.finally) return;
  // Go's sum wraps around.
  const int64_t sum =
      static_cast<int64_t>(static_cast<uint64_t>(*timeouts.tasks) +
                           static_cast<uint64_t>(*timeouts.finally));
  if (sum <= timeouts.pipeline) return;
  const std::string message =
      absl::StrCat("tasks and finally have ", FormatDurationNs(*timeouts.tasks),
                   " and ", FormatDurationNs(*timeouts.finally),
                   ", the pipeline as a whole ", LimitText(timeouts));
  const std::string hint =
      timeouts.pipeline == 0
          ? "Tekton doesn't take both beside a pipeline without limit: take "
            "one of them out"
          : "raise timeouts.pipeline";
  context.Error("timeout-too-long", path.Field("tasks"), message)
      .set_hint(hint);
  context.Error("timeout-too-long", path.Field("finally"), message)
      .set_hint(hint);
}

// validateTaskRunSpecTimeout: against tasks, else the pipeline.
void ValidateTaskTimeout(const ValidationContext& context,
                         const v1::PipelineTaskRunSpec& settings,
                         const Timeouts& timeouts, const FieldPath& path) {
  const auto duration = ParseDurationNs(settings.timeout());
  if (!duration) return;
  RequireNotNegative(context, duration, path);
  if (*duration < 0) return;
  const int64_t limit = timeouts.tasks.value_or(timeouts.pipeline);
  const absl::string_view limited_by =
      timeouts.tasks ? "timeouts.tasks" : "timeouts.pipeline";
  if (limit < 0) {
    context.Error("invalid-value", path,
                  absl::StrCat("no timeout fits into a negative ", limited_by));
  } else if (limit != 0 && *duration > limit) {
    context
        .Error("timeout-too-long", path,
               absl::StrCat(FormatDurationNs(*duration), " is more than ",
                            limited_by, " has: ", FormatDurationNs(limit),
                            !timeouts.tasks && !timeouts.pipeline_given
                                ? ", the default"
                                : ""))
        .set_hint(absl::StrCat("raise ", limited_by));
  }
}

}  // namespace

void ValidateRunTimeouts(const ValidationContext& context,
                         const v1::PipelineRunSpec& run,
                         const FieldPath& path) {
  const Timeouts timeouts = TimeoutsOf(run, context.flags);
  const FieldPath given = path.Field("timeouts");
  const FieldPath tasks = given.Field("tasks");
  const FieldPath finally = given.Field("finally");
  RequireNotNegative(context, timeouts.tasks, tasks);
  RequireNotNegative(context, timeouts.finally, finally);
  if (timeouts.pipeline_given)
    RequireNotNegative(context, timeouts.pipeline, given.Field("pipeline"));
  RequireWithinPipeline(context, timeouts.tasks, timeouts, tasks);
  RequireWithinPipeline(context, timeouts.finally, timeouts, finally);
  RequireSumWithinPipeline(context, timeouts, given);

  const FieldPath list = path.Field("taskRunSpecs");
  for (int i = 0; i < run.task_run_specs_size(); ++i) {
    if (!run.task_run_specs(i).has_timeout()) continue;
    const FieldPath settings = list.Index(i);
    ValidateTaskTimeout(context, run.task_run_specs(i), timeouts,
                        settings.Field("timeout"));
  }
}

}  // namespace colocation
