#include "colocation/render/pod.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "colocation/render/install_arguments.h"
#include "colocation/resolve/pipeline_label.h"
#include "colocation/syntax/quantity.h"

namespace colocation {
namespace {

// kubectl's copy of the whole PipelineRun says nothing about the Pod; Tekton
// keeps it from its objects too (pkg/reconciler/constant.go).
constexpr absl::string_view kLastApplied =
    "kubectl.kubernetes.io/last-applied-configuration";

v1::ObjectMeta Metadata(const v1::ColocationPlan& plan,
                        const v1::PlannedPod& planned) {
  const v1::RunIdentity& run = plan.run();
  v1::ObjectMeta metadata;
  metadata.set_name(planned.name());
  metadata.set_namespace_(run.namespace_());

  // Whoever looks for the Pods of a run goes by the last of these: they win.
  auto& labels = *metadata.mutable_labels();
  labels = run.labels();
  for (const auto& [key, value] : planned.labels()) labels[key] = value;
  // Tekton's (pkg/apis/pipeline/register.go).
  const bool one_task = run.kind() == "TaskRun";
  const absl::string_view kind = one_task ? "taskRun" : "pipelineRun";
  labels[absl::StrCat("tekton.dev/", kind)] = run.name();
  if (!one_task) labels[kPipelineLabel] = PipelineLabelOf(run);
  if (!run.uid().empty()) {
    labels[absl::StrCat("tekton.dev/", kind, "UID")] = run.uid();
  }

  auto& annotations = *metadata.mutable_annotations();
  annotations = run.annotations();
  annotations.erase(std::string(kLastApplied));
  for (const auto& [key, value] : planned.annotations())
    annotations[key] = value;
  annotations["colocation.dev/tasks"] = absl::StrJoin(planned.tasks(), ",");

  if (!run.uid().empty()) {
    v1::OwnerReference& owner = *metadata.add_owner_references();
    owner.set_api_version("tekton.dev/v1");
    owner.set_kind(one_task ? "TaskRun" : "PipelineRun");
    owner.set_name(run.name());
    owner.set_uid(run.uid());
    owner.set_controller(true);
    owner.set_block_owner_deletion(true);
  }
  return metadata;
}

// Of the container that asks for most of `resource`, request and limit.
struct Ask {
  Quantity request;
  std::string request_text;
  std::string limit_text;
};

std::optional<Ask> LargestAsk(const v1::PlannedPod& planned,
                              const std::string& resource) {
  std::optional<Ask> largest;
  for (const v1::PlannedContainer& container : planned.containers()) {
    const v1::ResourceRequirements& own = container.container().resources();
    const auto limit = own.limits().find(resource);
    auto request = own.requests().find(resource);
    // Kubernetes takes a limit for the request that is missing.
    if (request == own.requests().end()) {
      if (limit == own.limits().end()) continue;
      request = limit;
    }
    const std::optional<Quantity> quantity = Quantity::Parse(request->second);
    if (!quantity || (largest && !(largest->request < *quantity))) continue;
    largest = Ask{*quantity, request->second,
                  limit == own.limits().end() ? "" : limit->second};
  }
  return largest;
}

// Kubernetes reserves the larger of what an init container asks for and what
// the containers ask for together (resourcehelper.PodRequests in
// k8s.io/component- helpers), so the largest of theirs is free. It has to ask
// for something where a quota wants every container to, and what one container
// was allowed by a LimitRange (minimum, maximum, ratio of limit to request) is
// allowed here.
v1::ResourceRequirements InstallResources(const v1::PlannedPod& planned) {
  v1::ResourceRequirements resources;
  for (const char* resource : {"cpu", "memory", "ephemeral-storage"}) {
    const std::optional<Ask> ask = LargestAsk(planned, resource);
    if (!ask) continue;
    (*resources.mutable_requests())[resource] = ask->request_text;
    if (!ask->limit_text.empty())
      (*resources.mutable_limits())[resource] = ask->limit_text;
  }
  return resources;
}

absl::string_view InstallMountPath(v1::PlannedVolume::Purpose purpose) {
  switch (purpose) {
    case v1::PlannedVolume::PROGRAM:
      return "/colocation/program";
    case v1::PlannedVolume::EVENTS:
      return "/colocation/events";
    case v1::PlannedVolume::PRIVATE:
      return "/colocation/private";
    default:
      return {};
  }
}

v1::Container InstallContainer(const v1::PlannedPod& planned) {
  v1::Container container;
  container.set_name("colocation-install");
  container.set_image(planned.launcher_image());
  container.add_command("/launcher");
  container.add_command("install");
  for (std::string& argument : InstallArguments(planned.install()))
    container.add_args(std::move(argument));
  for (const v1::PlannedVolume& volume : planned.volumes()) {
    const absl::string_view path = InstallMountPath(volume.purpose());
    if (path.empty()) continue;
    v1::VolumeMount& mount = *container.add_volume_mounts();
    mount.set_name(volume.volume().name());
    mount.set_mount_path(std::string(path));
  }
  v1::ResourceRequirements resources = InstallResources(planned);
  if (resources.requests_size() > 0)
    *container.mutable_resources() = std::move(resources);
  if (planned.has_launcher_security_context()) {
    *container.mutable_security_context() = planned.launcher_security_context();
  }
  container.set_termination_message_policy("FallbackToLogsOnError");
  return container;
}

// Half as much again as the run may take, as Tekton gives the Pod of a TaskRun
// (pkg/pod/pod.go, deadlineFactor), and a minute for processes to stop and
// results to be written. Kubernetes allows 1 to 2^31-1 seconds.
int64_t DeadlineSeconds(int64_t timeout_ns) {
  constexpr int64_t kSecond = 1'000'000'000;
  const int64_t seconds =
      timeout_ns / kSecond + (timeout_ns % kSecond > 0 ? 1 : 0);
  return std::min<int64_t>(seconds + seconds / 2 + 60,
                           std::numeric_limits<int32_t>::max());
}

}  // namespace

v1::Pod RenderPod(const v1::ColocationPlan& plan,
                  const v1::PlannedPod& planned) {
  v1::Pod pod;
  pod.set_api_version("v1");
  pod.set_kind("Pod");
  *pod.mutable_metadata() = Metadata(plan, planned);
  v1::PodSpec& spec = *pod.mutable_spec();
  spec = planned.spec();
  spec.set_restart_policy("Never");
  if (plan.timeouts().pipeline_ns() > 0) {
    spec.set_active_deadline_seconds(
        DeadlineSeconds(plan.timeouts().pipeline_ns()));
  }
  for (const v1::PlannedVolume& volume : planned.volumes())
    *spec.add_volumes() = volume.volume();
  *spec.add_init_containers() = InstallContainer(planned);
  for (const v1::PlannedContainer& container : planned.containers())
    *spec.add_containers() = container.container();
  return pod;
}

}  // namespace colocation
