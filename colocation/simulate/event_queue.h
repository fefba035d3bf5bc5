// What is going to happen in a simulation, by time.
//
// Cost: O(log events) for each.
#ifndef COLOCATION_SIMULATE_EVENT_QUEUE_H_
#define COLOCATION_SIMULATE_EVENT_QUEUE_H_

#include <cstdint>
#include <queue>

#include "colocation/simulate/moment.h"

namespace colocation::simulate {

struct Event {
  enum Kind : uint8_t {
    kArrive,
    kBegin,
    kGate,
    kCreatePod,
    kSchedule,
    kVolumeMade,
    kVolumeAttached,
    kVolumeDetached,
    kStartUnit,
    kEndUnit,
    kNodeReady,
    kClusterEvent,
    // These alone let nothing go on.
    kNodeIdle,
    kTaskTimeout,
    kTasksTimeout,
    kRunTimeout,
  };
  Moment at = 0;
  int64_t sequence = 0;
  Kind kind = kArrive;
  int32_t a = 0;
  int32_t b = 0;
  uint32_t generation = 0;

  // Of the same moment: the planned order.
  bool operator<(const Event& other) const {
    return at != other.at ? at > other.at : sequence > other.sequence;
  }
};

class EventQueue {
 public:
  void Plan(Moment at, Event::Kind kind, int32_t a, int32_t b = 0,
            uint32_t generation = 0) {
    events_.push({at, sequence_++, kind, a, b, generation});
    if (LetsGoOn(kind)) {
      ++hopeful_;
      ++ever_hopeful_;
    }
    if (kind == Event::kNodeIdle) ++idle_checks_;
  }

  bool empty() const { return events_.empty(); }

  // Not empty.
  Event Next() {
    const Event event = events_.top();
    events_.pop();
    if (LetsGoOn(event.kind)) --hopeful_;
    if (event.kind == Event::kNodeIdle) --idle_checks_;
    return event;
  }

  // Whether something in it may let something go on, or may take a node away.
  bool hopeful() const { return hopeful_ > 0; }
  bool has_idle_checks() const { return idle_checks_ > 0; }
  // How many of those that let something go on were ever planned.
  int64_t ever_hopeful() const { return ever_hopeful_; }

 private:
  static bool LetsGoOn(Event::Kind kind) { return kind < Event::kNodeIdle; }

  std::priority_queue<Event> events_;
  int64_t sequence_ = 0;
  int64_t hopeful_ = 0;
  int64_t ever_hopeful_ = 0;
  int64_t idle_checks_ = 0;
};

}  // namespace colocation::simulate

#endif  // COLOCATION_SIMULATE_EVENT_QUEUE_H_
