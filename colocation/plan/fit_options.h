// What the caller and the author say about how much of a Pod may run at once.
#ifndef COLOCATION_PLAN_FIT_OPTIONS_H_
#define COLOCATION_PLAN_FIT_OPTIONS_H_

#include <cstdint>
#include <map>
#include <string>

#include "colocation/diagnostics/diagnostics.h"
#include "colocation/resolve/run.h"
#include "colocation/syntax/quantity.h"
#include "colocation/v1/request.pb.h"

namespace colocation {

struct FitOptions {
  // No waits are added.
  bool off = false;
  // By resource.
  std::map<std::string, Quantity> limits;
  // Units at once in a Pod; zero: any number.
  int32_t tasks = 0;
  // `tasks` is from the annotation kMaxParallel.
  bool annotation = false;
  // By task, as far as they are known.
  std::map<std::string, int64_t> durations;
};

// Reports values that can't be (`fit-value`), and passes them over.
FitOptions ReadFitOptions(const ResolvedRun& run, const v1::Fit& fit,
                          DiagnosticList* diagnostics);

}  // namespace colocation

#endif  // COLOCATION_PLAN_FIT_OPTIONS_H_
