// The annotation by which a task asks for a Pod of its own.
//
// It is for a Task, an embedded Task or taskRunSpecs[].metadata. On a run it
// means nothing, so it doesn't hide the Task's either
// (resolve_task_settings.cc).
#ifndef COLOCATION_RESOLVE_OWN_POD_H_
#define COLOCATION_RESOLVE_OWN_POD_H_

namespace colocation {

inline constexpr char kOwnPod[] = "colocation.dev/own-pod";

}  // namespace colocation

#endif  // COLOCATION_RESOLVE_OWN_POD_H_
