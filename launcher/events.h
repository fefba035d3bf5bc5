// What the containers of the Pod have posted, and who of them has died.
//
// Each container has a directory of its own, and in it one file an event, named
// after what happened (kStart and so on; docs/launcher.md). A file that is
// there is whole, so what was once read is kept. The launcher holds the file
// "alive" open and locked as long as it lives: a crash, which posts nothing,
// frees the lock.
//
// A container can write to its own directory only, and so can the step in it,
// with whatever it likes: what is no event is as if it were not there. A step
// can lie about its own task, and about no other (docs/security.md).
#ifndef COLOCATION_LAUNCHER_EVENTS_H_
#define COLOCATION_LAUNCHER_EVENTS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "launcher/decide.h"
#include "launcher/files.h"
#include "launcher/paths.h"
#include "launcher/spec.h"
#include "launcher/users_files.h"
#include "launcher/watch.h"

namespace colocation::launcher {

// Names of events; those that belong to an attempt end with its number.
inline constexpr std::string_view kStart = "start-";
inline constexpr std::string_view kCredentials = "credentials-";
inline constexpr std::string_view kStep = "step-";
inline constexpr std::string_view kSkip = "skip";
inline constexpr std::string_view kStopAttempt = "stop-";
inline constexpr std::string_view kAgain = "again-";
inline constexpr std::string_view kEnd = "end";
inline constexpr std::string_view kReady = "ready-";
inline constexpr std::string_view kGone = "gone-";

// "step-2"
std::string OfAttempt(std::string_view event, int32_t attempt);

// The largest event that is read. One of kMostResultBytes (results.h) has up to
// six times as many in JSON.
inline constexpr size_t kMostEventBytes = size_t{8} << 20;

// This container's own directory.
class OwnEvents {
 public:
  // Makes the file "alive" and locks it for as long as this object lives.
  // False, with errno set, if that failed.
  bool Open(const std::string& directory);
  bool is_open() const { return alive_.is_open(); }

  // Posts an event; false, with errno set, on an error.
  bool Post(const std::string& name, std::string_view json);

 private:
  AtomicWriter writer_;
  File alive_;
};

class PodEvents {
 public:
  // Reads; `watch` reports when to read again. All three outlive this object.
  PodEvents(const LaunchSpec& spec, const Paths& paths, DirectoryWatch* watch);

  // Takes over what the watch reports. True if a launcher may have died: the
  // kernel reports that an instant before it can be seen, so look again soon.
  bool TakeChanges();

  // Look at everything again, whatever the watch says.
  void LookAgain();

  // Each of these watches what it looks at. Containers are named as in the
  // spec.

  // The event, once it is there and can be read.
  template <typename Event>
  std::optional<Event> Get(std::string_view container, const std::string& name);
  bool Has(std::string_view container, const std::string& name);
  // The container's launcher has been there and is no more, or has lost its
  // "alive". What it posted is visible to every look after this one has
  // returned true.
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
    // Whether an event of this name is there, as of the last look.
    std::vector<std::pair<std::string, bool>> events;
    // The content that was last complained about.
    std::string complaint;
  };

  Directory& Find(std::string_view container);
  // Watches it, and looks if it has changed.
  Directory& Look(std::string_view container);
  void Look(Directory& directory);
  // Whether it is alive or dead.
  void LookAtLock(Directory& directory);
  // Reads an event if it is there and good; else nothing.
  template <typename Event>
  std::optional<Event> Read(Directory& directory, const std::string& name);
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
