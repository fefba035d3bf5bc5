#include "colocation/simulate/execution_state.h"

#include <algorithm>

#include "absl/numeric/int128.h"

namespace colocation::simulate {

World::World(const ExecutionInput& given)
    : input(given),
      cluster(*given.cluster),
      scheduler(*given.scheduler),
      per_task(given.layouts.empty() ||
               given.layouts[0].kind == v1::POD_PER_TASK) {
  usage.peak_permille.assign(scheduler.resource_count(), 0);
}

void World::TakeInNewNodes() {
  for (NodeId node = static_cast<NodeId>(nodes.size());
       node < scheduler.node_count(); ++node) {
    NodeState& state = nodes.emplace_back();
    state.image_at.assign(cluster.images.size(), kNever);
    for (const int image : scheduler.node(node).images) {
      state.image_at[image] = 0;
    }
  }
}

void World::CloseNode(NodeId node) {
  scheduler.SetPresent(node, false);
  const Moment time = now - nodes[node].present_since;
  usage.allocatable.Add(scheduler.node(node).allocatable, time);
  if (scheduler.node(node).group >= 0) usage.scaled_node_time += time;
}

void World::NoteUse() {
  const Amounts& total = scheduler.total();
  const Amounts& used = scheduler.requested();
  for (size_t r = 0; r < total.size(); ++r) {
    if (total[r] == 0) continue;
    usage.peak_permille[r] =
        std::max(usage.peak_permille[r],
                 static_cast<int32_t>(absl::int128(used[r]) * 1000 / total[r]));
  }
}

}  // namespace colocation::simulate
