// What the containers of the Pod have posted, and who of them has died.
//
// Each container has a directory of its own, and in it one file an event, named
// after what happened (kStart and so on; docs/launcher.md). A file that is
// there is whole and never changes, so what was once read is kept. The launcher
// holds the file "alive" open and locked as long as it lives: a crash, which
// posts nothing, frees the lock.
#ifndef COLOCATION_LAUNCHER_EVENTS_H_
#define COLOCATION_LAUNCHER_EVENTS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/decide.h"
#include "launcher/files.h"
#include "launcher/paths.h"
#include "launcher/spec.h"
#include "launcher/watch.h"

namespace colocation::launcher {

// Names of events; those that belong to an attempt end with its number.
inline constexpr std::string_view kStart = "start-";
inline constexpr std::string_view kStep = "step-";
inline constexpr std::string_view kSkip = "skip";
inline constexpr std::string_view kStopAttempt = "stop-";
inline constexpr std::string_view kAgain = "again-";
inline constexpr std::string_view kEnd = "end";
inline constexpr std::string_view kReady = "ready-";
inline constexpr std::string_view kGone = "gone-";

// "step-2"
std::string OfAttempt(std::string_view event, int32_t attempt);

// Opens and locks the file "alive" in the container's own directory; keep it.
// Also makes the directory for what is being written.
// Not open, with errno set, if that failed.
File HoldAlive(const std::string& post);

class PodEvents {
 public:
  // Reads; `watch` reports when to read again. All three outlive this object.
  PodEvents(const LaunchSpec& spec, const Paths& paths, DirectoryWatch* watch);

  // Takes over what the watch reports.
  void TakeChanges();

  // Look at everything again, whatever the watch says.
  void LookAgain();

  // Each of these watches what it looks at. Containers are named as in the
  // spec.

  // The event, once it is there and can be read.
  template <typename Event>
  std::optional<Event> Get(std::string_view container, const std::string& name);
  bool Has(std::string_view container, const std::string& name);
  // The container's launcher has been there and is no more. What it posted is
  // visible to every look after this one has returned true.
  bool Dead(std::string_view container);
  // ... has been there and still is.
  bool Alive(std::string_view container);

  // A unit's end: as posted by its last step's launcher or, when that has died
  // without, a failure as soon as none of the others is alive.
  std::optional<TaskEnd> UnitEnd(const LaunchUnit& unit);

  // A task's end as the controller declares it, where a container of the task
  // can't start: it wins over what the units say.
  std::optional<TaskEnd> DeclaredEnd(size_t task);

  // A task's end: known before, declared, behind a gate, or from its units.
  std::optional<TaskEnd> EndOfTask(size_t task);

  // The same by one look, with nothing watched from then on: for many tasks at
  // once.
  std::optional<TaskEnd> PeekEndOfTask(size_t task);

  // What the controller asks for.
  Stop StopRequest();

 private:
  struct Directory {
    std::string path;
    int watch = -1;
    bool changed = true;
    bool alive = false;
    bool dead = false;
    std::vector<std::string> names;
  };

  Directory& Look(std::string_view container);
  void Look(Directory& directory);
  std::optional<TaskEnd> GateEnd(const std::string& task);
  std::optional<TaskEnd> PeekUnitEnd(const LaunchUnit& unit);
  template <typename UnitEndOf>
  std::optional<TaskEnd> EndFromUnits(size_t task, UnitEndOf unit_end);

  const LaunchSpec& spec_;
  const Paths& paths_;
  DirectoryWatch* watch_;
  std::map<std::string, Directory, std::less<>> directories_;
  std::vector<Directory*> by_watch_;
  Directory gates_;
  Stop stop_ = Stop::kNone;
  DeclaredEnds declared_;
  std::vector<std::optional<TaskEnd>> task_ends_;
};

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_EVENTS_H_
