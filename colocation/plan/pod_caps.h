// What a Pod may be at most: what the largest node has, what its namespace
// allows (pod_bounds.h), a number of containers, the size of its manifest, and
// the room that each task's results have.
//
// Tasks that share a Pod only because somebody would like it are split where
// together they are more than that (join_groups.h); what has to share a Pod is
// made to fit by waits (fit.h), and refused where that can't be, with the
// figures (cant_share.h). A Pod of a single unit is as large as its author made
// it, and isn't held to anything.
//
// Each cap is monotone: what is part of something that fits, fits.
#ifndef COLOCATION_PLAN_POD_CAPS_H_
#define COLOCATION_PLAN_POD_CAPS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/types/span.h"
#include "colocation/plan/fit_options.h"
#include "colocation/plan/limit_range.h"
#include "colocation/plan/pod_bounds.h"
#include "colocation/plan/reported_results.h"
#include "colocation/plan/unit_needs.h"
#include "colocation/plan/wait_sets.h"
#include "colocation/resolve/run.h"
#include "colocation/v1/plan.pb.h"
#include "colocation/v1/request.pb.h"

namespace colocation {

struct CapExceeded {
  enum class Cap { kNode, kLimitRange, kQuota, kContainers, kBytes, kResults };
  Cap cap = Cap::kNode;
  // "cpu", ... of a node or namespace; the task of a result.
  std::string subject;
  // "together they ask for 12 of cpu (\"build\" 8, \"test\" 4 at once), ...".
  std::string figures;
  // The figures rest on what a result is taken to have, not on the request.
  bool estimated = false;
  // It is about what the Pod asks for, which is less if less runs at once.
  bool requests = false;
};

// An upper bound for what is in use at once in a Pod.
struct UseBound {
  // "cpu", ...; kTasksResource for the number of units.
  std::string resource;
  absl::int128 most = 0;
  v1::FitLimit::Source source = v1::FitLimit::SOURCE_UNSPECIFIED;
  // Of the node, LimitRange, ResourceQuota or annotation.
  std::string name;
};
inline constexpr char kTasksResource[] = "tasks";

class PodCaps {
 public:
  // Keeps references to all but the request.
  PodCaps(const ResolvedRun& run, const v1::PlanRequest& request,
          v1::RequestMode mode, const LimitRangeDefaults& limit_range,
          const WaitSets& waits, const ReportedResults& reported,
          const FitOptions& fit);

  // Whether tasks that need not share a Pod may. `tasks` is ascending. Sums
  // where they are small enough, else a maximum flow for each resource.
  bool Fit(absl::Span<const TaskIndex> tasks) const;

  // Every cap that they exceed together. `must`: they have to share a Pod; then
  // bytes don't count, as they are known exactly in the end.
  std::vector<CapExceeded> Exceeded(absl::Span<const TaskIndex> tasks,
                                    bool must) const;

  // What `tasks`, which exceed a node or what their namespace allows Pods to
  // ask for, would have to keep to for one Pod to have room for them; one set
  // of bounds for each node that will do. Empty where nothing has to be done,
  // or nothing helps.
  std::vector<std::vector<UseBound>> WaysToFit(
      absl::Span<const TaskIndex> tasks) const;

  // What each unit of `task` needs.
  const std::vector<UnitNeed>& NeedsOf(TaskIndex task) const;

  // Which cap the Pod, as planned, exceeds with what it asks for; empty where
  // none.
  std::string ExceededBy(const v1::PlannedPod& pod) const;

  // For the plan.
  v1::Caps ToProto() const;
  // The name of a node for a Pod that asks for that and has that nodeSelector.
  std::string NodeFor(const v1::PlannedPod& pod) const;

 private:
  using Amounts = std::map<std::string, absl::int128>;
  struct Node {
    std::string name;
    Amounts allocatable;
    std::map<std::string, std::string> labels;
  };

  void ReadNodes(const v1::Cluster& cluster);
  std::vector<const Node*> NodesFor(
      const std::map<std::string, std::string>& selector) const;
  std::map<std::string, std::string> SelectorOf(
      absl::Span<const TaskIndex> tasks) const;
  static bool HasRoom(const Node& node, const Amounts& amounts);
  const Amounts& SumOf(TaskIndex task) const;
  // What the limits of all containers add up to, as Kubernetes counts them.
  const Amounts& LimitsOf(TaskIndex task) const;
  void AddLimits(const ContainerNeed& container, Amounts* limits) const;
  int64_t ContainersOf(TaskIndex task) const;
  int64_t BytesOf(TaskIndex task) const;
  // Of the largest termination message with the results of `task` that have to
  // be in it.
  int64_t MessageBytesOf(TaskIndex task) const;
  // Of what the request has limits for, no more than these.
  std::vector<v1::ResourceUse> AskedFor(
      absl::Span<const TaskIndex> tasks) const;
  absl::int128 LimitByRequest(const std::string& resource,
                              const std::vector<UnitNeed>& needs) const;

  bool FitsNode(absl::Span<const TaskIndex> tasks) const;
  void BoundsExceeded(absl::Span<const TaskIndex> tasks,
                      std::vector<CapExceeded>* exceeded) const;
  bool FitsBytes(absl::Span<const TaskIndex> tasks) const;
  void NodeExceeded(absl::Span<const TaskIndex> tasks,
                    std::vector<CapExceeded>* exceeded) const;

  const ResolvedRun& run_;
  const v1::RequestMode mode_;
  const LimitRangeDefaults& limit_range_;
  const PodBounds bounds_;
  const WaitSets& waits_;
  const ReportedResults& reported_;
  const FitOptions& fit_;
  std::vector<Node> nodes_;
  int64_t pod_containers_ = 0;
  int64_t pod_bytes_ = 0;
  int64_t result_bytes_ = 0;
  bool result_bytes_given_ = false;
  // Found once for each task that somebody asks about.
  mutable std::vector<std::vector<UnitNeed>> needs_;
  mutable std::vector<Amounts> sums_, limits_;
  mutable std::vector<int64_t> bytes_;
};

}  // namespace colocation

#endif  // COLOCATION_PLAN_POD_CAPS_H_
