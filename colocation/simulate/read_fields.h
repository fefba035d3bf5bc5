// Reading durations and quantities of the request: decoding has checked their
// syntax where they came as YAML or JSON, but not where they came as protobuf.
#ifndef COLOCATION_SIMULATE_READ_FIELDS_H_
#define COLOCATION_SIMULATE_READ_FIELDS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/simulate/moment.h"

namespace colocation::simulate {

// A duration of at most a year that is not negative; `otherwise` where it is
// empty, and after an error.
Moment ReadDuration(absl::string_view text, Moment otherwise,
                    const Subject& subject, const std::string& path,
                    DiagnosticList* diagnostics);

// An error of the request: a value that can't be.
v1::Diagnostic& WrongValue(const Subject& subject, std::string path,
                           std::string message, DiagnosticList* diagnostics);

}  // namespace colocation::simulate

#endif  // COLOCATION_SIMULATE_READ_FIELDS_H_
