// Objects that were meant to be Tekton's and aren't.
#ifndef COLOCATION_VALIDATE_UNKNOWN_KIND_H_
#define COLOCATION_VALIDATE_UNKNOWN_KIND_H_

#include "colocation/diagnostics/diagnostics.h"
#include "colocation/v1/tekton.pb.h"

namespace colocation {

// Warns of an object that no rule looks at, although its kind or apiVersion
// looks like Tekton's: "Pipline", "tekton/v1", a ClusterTask, which Tekton has
// removed. A cluster would refuse it, having no such kind; objects of other
// groups are nobody's business here. Warns of a VerificationPolicy, too, which
// nobody enforces here.
void WarnOfUnknownKind(const v1::OtherObject& object,
                       DiagnosticList* diagnostics);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_UNKNOWN_KIND_H_
