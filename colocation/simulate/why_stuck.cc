#include "colocation/simulate/why_stuck.h"

#include <algorithm>
#include <set>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace colocation::simulate {
namespace {

std::string AssistantName(const World& world, const PodState& pod) {
  return absl::StrCat(
      "the affinity assistant of ",
      world.LayoutOf(world.runs[pod.run]).assistants[pod.assistant].of);
}

std::string WhyNoNode(const World& world, const PodState& pod) {
  const PodShape& shape = world.scheduler.shape(pod.candidate.shape);
  const auto resource = [&](int r) { return world.cluster.resources.Name(r); };
  const NodeId only = pod.candidate.only_node;
  if (only >= 0) {
    const NodeModel& node = world.scheduler.node(only);
    std::string text =
        absl::StrCat("may only run on node ", node.name, ", where ",
                     AssistantName(world, pod), " is; ");
    switch (world.scheduler.ObstacleOn(pod.candidate, only)) {
      case Scheduler::kResources:
        for (int r = 0; r < world.scheduler.resource_count(); ++r) {
          if (shape.requests[r] <= world.scheduler.free(only, r)) continue;
          absl::StrAppend(
              &text, "it asks for ", AmountText(r, shape.requests[r]), " ",
              resource(r), ", and of the node's ",
              AmountText(r, node.allocatable[r]), " only ",
              AmountText(r,
                         std::max<int64_t>(0, world.scheduler.free(only, r))),
              " are free");
          break;
        }
        break;
      case Scheduler::kTooManyPods:
        absl::StrAppend(&text, "that has its ", node.max_pods, " Pods already");
        break;
      case Scheduler::kCordoned:
        absl::StrAppend(&text, "that is cordoned");
        break;
      case Scheduler::kAbsent:
        absl::StrAppend(&text, "that is gone");
        break;
      case Scheduler::kZone:
        absl::StrAppend(&text, "that is in another zone than its volume");
        break;
      default:
        absl::StrAppend(&text, world.scheduler.Unschedulable(pod.candidate));
    }
    if (!world.cluster.groups.empty()) {
      absl::StrAppend(&text,
                      "; a new node would not help, as the assistant is not "
                      "there");
    }
    return text;
  }
  // Volumes that no node can have together.
  std::set<std::string> zones;
  for (const VolumeId volume : pod.candidate.volumes) {
    const int zone = world.scheduler.zone(volume);
    if (zone >= 0) {
      zones.insert(absl::StrCat(world.volume_models[volume].name, " in ",
                                world.cluster.zones.Name(zone)));
    }
  }
  if (zones.size() > 1) {
    std::set<int> different;
    for (const VolumeId volume : pod.candidate.volumes) {
      if (world.scheduler.zone(volume) >= 0) {
        different.insert(world.scheduler.zone(volume));
      }
    }
    if (different.size() > 1) {
      return absl::StrCat("needs volumes of different zones: ",
                          absl::StrJoin(zones, ", "));
    }
  }
  for (int r = 0; r < world.scheduler.resource_count(); ++r) {
    int64_t most = 0;
    for (NodeId node = 0; node < world.scheduler.node_count(); ++node) {
      const NodeModel& model = world.scheduler.node(node);
      if (world.scheduler.present(node) ||
          absl::c_linear_search(world.templates, node)) {
        most = std::max(most, model.allocatable[r] - model.in_use[r]);
      }
    }
    if (shape.requests[r] > most) {
      return absl::StrCat("asks for ", AmountText(r, shape.requests[r]), " ",
                          resource(r), " at once, and no node has more than ",
                          AmountText(r, most), " for it");
    }
  }
  return absl::StrCat("finds no node: ",
                      world.scheduler.Unschedulable(pod.candidate));
}

}  // namespace

std::string PodName(const World& world, const PodState& pod) {
  const Layout& layout = world.LayoutOf(world.runs[pod.run]);
  return pod.model < 0 ? layout.assistants[pod.assistant].name
                       : layout.pods[pod.model].name;
}

std::string WhyStuck(const World& world, PodId id) {
  const PodState& pod = world.pods[id];
  const RunState& run = world.runs[pod.run];
  const std::string name = absl::StrCat("Pod ", PodName(world, pod), " ");
  switch (pod.phase) {
    case PodPhase::kWaitsForAssistant: {
      const PodState& assistant = world.pods[run.assistants[pod.assistant]];
      return absl::StrCat(
          name, "waits for ", AssistantName(world, pod), ", which ",
          assistant.phase == PodPhase::kPending ? WhyNoNode(world, assistant)
                                                : std::string("has no node"));
    }
    case PodPhase::kPending:
      return absl::StrCat(name, WhyNoNode(world, pod));
    case PodPhase::kWaitsForVolumes:
      for (const VolumeId volume : pod.candidate.volumes) {
        const NodeId node = world.volumes.node(volume);
        if (node >= 0 && node != pod.node) {
          return absl::StrCat(
              name, "is on node ", world.scheduler.node(pod.node).name,
              ", but its volume ", world.volume_models[volume].name,
              " is attached to node ", world.scheduler.node(node).name,
              ", where a Pod uses it");
        }
      }
      return absl::StrCat(name, "waits for a volume");
    case PodPhase::kWaitsForClaim:
      return absl::StrCat(name, "waits for a claim");
    default:
      return absl::StrCat(name, "waits for tasks of other Pods");
  }
}

bool CanNeverRun(const World& world, const RunState& run, std::string* why) {
  for (const PodId id : run.pods) {
    const PodState& pod = world.pods[id];
    if (pod.phase != PodPhase::kPending) continue;
    const Amounts* assistant = nullptr;
    if (pod.model >= 0 && pod.assistant >= 0) {
      assistant =
          &world.scheduler
               .shape(world.LayoutOf(run).assistants[pod.assistant].shape)
               .requests;
    }
    bool somewhere = false;
    for (NodeId node = 0; node < world.scheduler.node_count() && !somewhere;
         ++node) {
      somewhere = world.scheduler.ObstacleOnEmpty(
                      pod.candidate, node, assistant) == Scheduler::kNone;
    }
    for (const NodeId like : world.templates) {
      if (somewhere) break;
      Amounts free = world.scheduler.node(like).allocatable;
      int32_t free_pods = world.scheduler.node(like).max_pods;
      somewhere =
          world.scheduler.FitsNew(pod.candidate, like, &free, &free_pods);
    }
    if (somewhere) continue;
    *why = WhyStuck(world, id);
    return true;
  }
  return false;
}

}  // namespace colocation::simulate
