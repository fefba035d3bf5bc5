// The rules for the timeouts of a PipelineRun.
#ifndef COLOCATION_VALIDATE_RUN_TIMEOUTS_H_
#define COLOCATION_VALIDATE_RUN_TIMEOUTS_H_

#include "colocation/v1/tekton.pb.h"
#include "colocation/validate/context.h"

namespace colocation {

// timeouts, and those of taskRunSpecs, which stay within them. `path` is that
// of the run's spec. Where a limit isn't given, it is Tekton's default.
void ValidateRunTimeouts(const ValidationContext& context,
                         const v1::PipelineRunSpec& run, const FieldPath& path);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_RUN_TIMEOUTS_H_
