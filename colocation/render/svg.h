// A plan as a picture that every browser shows, without Graphviz.
//
// Time runs from left to right: a task stands in the column after the last one
// that it waits for (longest path), finally tasks in a band of their own at the
// right end. A Pod is a box around its tasks. Within a box the tasks of a
// column are ordered by the mean place of their neighbours (Sugiyama, Tagawa,
// Toda 1981), and put as near to it as their distances allow (isotonic
// regression). Lines are the waits that the plan has, none that is implied. A
// line that passes a column has a place of its own in it, so it crosses no
// task; between columns lines may cross each other and the borders of Pods.
// That a finally task waits for all others is said by the band and not drawn.
//
// Self-contained and deterministic; all arithmetic is in whole pixels. Cost:
// the number of tasks and of columns passed by waits, times a constant number
// of sweeps with a sort; the text is linear in tasks and bends.
#ifndef COLOCATION_RENDER_SVG_H_
#define COLOCATION_RENDER_SVG_H_

#include <string>

#include "colocation/v1/plan.pb.h"

namespace colocation {

std::string ToSvg(const v1::ColocationPlan& plan);

}  // namespace colocation

#endif  // COLOCATION_RENDER_SVG_H_
