// Conditions in CEL that the launcher can evaluate.
#ifndef COLOCATION_PLAN_CEL_SUPPORT_H_
#define COLOCATION_PLAN_CEL_SUPPORT_H_

#include <string>

#include "colocation/diagnostics/diagnostics.h"

namespace colocation {

// Says so where the condition at `path` has something in it that is outside of
// the launcher's subset. What a result will put into it isn't known here: where
// that leads outside, the task fails when it comes to it.
void RequireSupported(const std::string& expression, const Subject& subject,
                      std::string path, DiagnosticList& diagnostics);

}  // namespace colocation

#endif  // COLOCATION_PLAN_CEL_SUPPORT_H_
