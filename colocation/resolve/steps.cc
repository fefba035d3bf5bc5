#include "colocation/resolve/steps.h"

#include "absl/strings/str_cat.h"
#include "colocation/validate/step_template.h"

namespace colocation {

void TakeInStepTemplate(v1::TaskSpec* spec) {
  if (!spec->has_step_template()) return;
  for (v1::Step& step : *spec->mutable_steps())
    MergeWithTemplate(spec->step_template(), &step);
  spec->clear_step_template();
}

void NameSteps(v1::TaskSpec* spec) {
  for (int i = 0; i < spec->steps_size(); ++i) {
    if (spec->steps(i).name().empty()) {
      spec->mutable_steps(i)->set_name(absl::StrCat("unnamed-", i));
    }
  }
  for (int i = 0; i < spec->sidecars_size(); ++i) {
    if (spec->sidecars(i).name().empty()) {
      spec->mutable_sidecars(i)->set_name(absl::StrCat("unnamed-", i));
    }
  }
}

}  // namespace colocation
