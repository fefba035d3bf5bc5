#include "colocation/simulate/volumes.h"

#include <algorithm>

#include "absl/algorithm/container.h"

namespace colocation::simulate {

void VolumeStates::Add(bool one_node, bool made) {
  State& state = states_.emplace_back();
  state.one_node = one_node;
  state.made = made;
}

VolumeWork VolumeStates::GoOn(State* state, std::vector<PodId>* served) {
  if (!state->made || state->busy) return VolumeWork::kNone;
  if (!state->one_node) {
    for (const auto& [pod, node] : state->waiting) {
      state->users.push_back(pod);
      served->push_back(pod);
    }
    state->waiting.clear();
    return VolumeWork::kNone;
  }
  if (state->node < 0) {
    if (state->waiting.empty()) return VolumeWork::kNone;
    state->node = state->waiting.front().second;
    state->busy = true;
    return VolumeWork::kAttach;
  }
  std::deque<std::pair<PodId, NodeId>> elsewhere;
  for (const auto& [pod, node] : state->waiting) {
    if (node == state->node) {
      state->users.push_back(pod);
      served->push_back(pod);
    } else {
      elsewhere.emplace_back(pod, node);
    }
  }
  state->waiting = std::move(elsewhere);
  if (!state->users.empty()) return VolumeWork::kNone;
  state->busy = true;
  return VolumeWork::kDetach;
}

VolumeWork VolumeStates::Made(VolumeId volume, std::vector<PodId>* served) {
  states_[volume].made = true;
  return GoOn(&states_[volume], served);
}

VolumeWork VolumeStates::Want(VolumeId volume, PodId pod, NodeId node,
                              std::vector<PodId>* served) {
  states_[volume].waiting.emplace_back(pod, node);
  return GoOn(&states_[volume], served);
}

VolumeWork VolumeStates::Attached(VolumeId volume, std::vector<PodId>* served) {
  states_[volume].busy = false;
  return GoOn(&states_[volume], served);
}

VolumeWork VolumeStates::Detached(VolumeId volume, std::vector<PodId>* served) {
  states_[volume].busy = false;
  states_[volume].node = -1;
  return GoOn(&states_[volume], served);
}

VolumeWork VolumeStates::Leave(VolumeId volume, PodId pod,
                               std::vector<PodId>* served) {
  State& state = states_[volume];
  const auto user = absl::c_find(state.users, pod);
  if (user != state.users.end()) {
    state.users.erase(user);
  } else {
    const auto waiting = absl::c_find_if(
        state.waiting, [&](const auto& entry) { return entry.first == pod; });
    if (waiting == state.waiting.end()) return VolumeWork::kNone;
    state.waiting.erase(waiting);
  }
  // Nobody to go on for: what is attached and used by none is detached.
  return GoOn(&state, served);
}

}  // namespace colocation::simulate
