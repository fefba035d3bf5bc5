// A plan as one page: the picture, and tables of Pods, tasks and decisions.
// No script, and nothing that would have to be loaded from elsewhere.
#ifndef COLOCATION_RENDER_HTML_H_
#define COLOCATION_RENDER_HTML_H_

#include <string>

#include "colocation/v1/plan.pb.h"

namespace colocation {

std::string ToHtml(const v1::ColocationPlan& plan);

}  // namespace colocation

#endif  // COLOCATION_RENDER_HTML_H_
