#include "colocation/run/start_pod.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "colocation/render/pod.h"

namespace colocation {
namespace {

int64_t Left(int64_t timeout_ns, int64_t elapsed_ns) {
  if (timeout_ns <= 0) return 0;
  // A clock that was set back has not given any time.
  return std::max<int64_t>(1, timeout_ns - std::max<int64_t>(0, elapsed_ns));
}

// Command line and variables are the launcher's to complete.
void Complete(const LateValues& values, const std::string& launcher_image,
              v1::Container* container) {
  v1::Container kept;
  kept.mutable_command()->Swap(container->mutable_command());
  kept.mutable_args()->Swap(container->mutable_args());
  std::vector<std::string> env;
  for (v1::EnvVar& variable : *container->mutable_env()) {
    env.push_back(variable.value());
    variable.clear_value();
  }
  const bool complete = values.ReplaceIn(container);
  container->mutable_command()->Swap(kept.mutable_command());
  container->mutable_args()->Swap(kept.mutable_args());
  for (int i = 0; i < container->env_size(); ++i) {
    if (!env[i].empty()) container->mutable_env(i)->set_value(env[i]);
  }
  if (complete) return;
  container->set_image(launcher_image);
  container->clear_env();
  container->clear_env_from();
  for (v1::VolumeMount& mount : *container->mutable_volume_mounts()) {
    if (!values.Replace(mount.sub_path())) mount.clear_sub_path();
  }
}

}  // namespace

v1::Pod PodToStart(const v1::ColocationPlan& plan,
                   const v1::PlannedPod& planned, const LateValues& values,
                   int64_t elapsed_ns) {
  v1::PlannedPod pod = planned;
  v1::LaunchSpec* launch = pod.mutable_install()->mutable_launch();
  launch->set_pipeline_timeout_ns(
      Left(launch->pipeline_timeout_ns(), elapsed_ns));
  launch->set_tasks_timeout_ns(Left(launch->tasks_timeout_ns(), elapsed_ns));
  values.ReplaceIn(pod.mutable_spec());
  for (v1::PlannedVolume& volume : *pod.mutable_volumes()) {
    if (values.ReplaceIn(volume.mutable_volume())) continue;
    v1::Volume stand_in;
    stand_in.set_name(volume.volume().name());
    stand_in.mutable_empty_dir();
    volume.mutable_volume()->Swap(&stand_in);
  }
  for (v1::PlannedContainer& container : *pod.mutable_containers()) {
    Complete(values, planned.launcher_image(), container.mutable_container());
  }
  return RenderPod(plan, pod);
}

}  // namespace colocation
