#include "launcher/events.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "launcher/spec_json.h"

namespace colocation::launcher {
namespace {

constexpr char kAlive[] = "alive";

enum class Lock { kNone, kHeld, kFree };

// A lock on the whole file that only who may write to it can have, and that
// belongs to the open file: F_RDLCK conflicts with it, so that a look at it
// needs no lock of its own. Of flock(2) a reader could have an exclusive one.
struct flock WholeFile(short type) {
  struct flock lock = {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

// Of "alive" in the directory.
Lock LockState(const std::string& directory) {
  const std::string path = directory + "/" + kAlive;
  const File file(
      open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat info;
  if (!file.is_open() || fstat(file.fd(), &info) != 0 ||
      !S_ISREG(info.st_mode)) {
    return Lock::kNone;
  }
  struct flock lock = WholeFile(F_RDLCK);
  if (fcntl(file.fd(), F_OFD_GETLK, &lock) != 0) return Lock::kNone;
  return lock.l_type == F_UNLCK ? Lock::kFree : Lock::kHeld;
}

Stop ParseStop(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) {
    text.remove_suffix(1);
  }
  if (text == "Stopping") return Stop::kStopping;
  if (text == "Cancelled") return Stop::kCancelled;
  if (text == "CancelledRunFinally") return Stop::kCancelledRunFinally;
  if (text == "StoppedRunFinally") return Stop::kStoppedRunFinally;
  return Stop::kNone;
}

// Whether a launcher would have posted it.
template <typename Event>
bool IsComplete(const Event&) {
  return true;
}
bool IsComplete(const TaskEnd& end) {
  return end.outcome != Outcome::kUnspecified;
}

TaskEnd Failure(std::string message) {
  TaskEnd end;
  end.outcome = Outcome::kFailed;
  end.reason = kStepFailed;
  end.attempts = 1;
  end.message = std::move(message);
  return end;
}

TaskEnd LostUnit(const std::string& last_step) {
  return Failure("container \"" + last_step +
                 "\" ended before it could tell how the task ended");
}

}  // namespace

std::string OfAttempt(std::string_view event, int32_t attempt) {
  return std::string(event) + std::to_string(attempt);
}

bool OwnEvents::Open(const std::string& directory) {
  if (!writer_.Open(directory)) return false;
  // Locked before it has its name, so that nobody sees it unlocked before its
  // time.
  File file = writer_.Create(kAlive, 0644);
  struct flock lock = WholeFile(F_WRLCK);
  if (!file.is_open() || fcntl(file.fd(), F_OFD_SETLK, &lock) != 0 ||
      !writer_.Publish(kAlive)) {
    return false;
  }
  alive_ = std::move(file);
  return true;
}

bool OwnEvents::Post(const std::string& name, std::string_view json) {
  return writer_.Write(name, json, 0644);
}

PodEvents::PodEvents(const LaunchSpec& spec, const Paths& paths,
                     DirectoryWatch* watch)
    : spec_(spec), paths_(paths), watch_(watch), task_ends_(spec.tasks.size()) {
  gates_.path = paths.gates;
}

bool PodEvents::TakeChanges() {
  bool closed = false;
  for (const DirectoryWatch::Change& change : watch_->TakeChanges()) {
    Directory& directory = *by_watch_[change.directory];
    directory.changed = true;
    closed = closed || change.closed;
  }
  return closed;
}

void PodEvents::LookAgain() {
  for (Directory* directory : by_watch_) directory->changed = true;
}

void PodEvents::Look(Directory& directory) {
  if (directory.watch < 0) {
    directory.watch = watch_->Add(directory.path);
    by_watch_.push_back(&directory);
  }
  if (!directory.changed) return;
  directory.changed = false;
  if (&directory == &gates_) {
    stop_ = ParseStop(ReadFile(directory.path + "/_stop").value_or(""));
    const std::string ended = ReadFile(directory.path + "/_ended").value_or("");
    std::string error;
    if (!ended.empty() && !ReadEvent(ended, &declared_, &error)) {
      std::fprintf(stderr, "launcher: _ended: %s\n", error.c_str());
    }
    return;
  }
  directory.events.clear();
  LookAtLock(directory);
}

void PodEvents::LookAtLock(Directory& directory) {
  if (directory.dead) return;
  const Lock lock = LockState(directory.path);
  // A launcher never removes its "alive": where it is gone, nobody could see
  // any more that the container has died.
  directory.dead =
      lock == Lock::kFree || (lock == Lock::kNone && directory.alive);
  directory.alive = lock == Lock::kHeld;
  // One who has died posts nothing more: what is there now is all.
  if (directory.dead) directory.events.clear();
}

// The names are asked for one by one: who fills its directory with files makes
// nobody list them.
bool PodEvents::Has(std::string_view container, const std::string& name) {
  Directory& directory = Look(container);
  for (const auto& [known, there] : directory.events) {
    if (known == name) return there;
  }
  return directory.events
      .emplace_back(name, UsersFileExists(directory.path, name))
      .second;
}

template <typename Event>
std::optional<Event> PodEvents::Read(Directory& directory,
                                     const std::string& name) {
  const UsersFile file = ReadUsersFile(directory.path, name, kMostEventBytes);
  if (file.state == UsersFile::State::kMissing) return std::nullopt;
  Event event;
  std::string error = file.error;
  if (file.state == UsersFile::State::kRead &&
      ReadEvent(file.content, &event, &error)) {
    if (IsComplete(event)) return event;
    error = "it has no outcome";
  }
  // No launcher has written this. Whoever waits for the event goes on waiting,
  // and sees in the end that the container is dead.
  error = "no event in " + directory.path + "/" + name + ": " + error;
  if (error != directory.complaint) {
    std::fprintf(stderr, "launcher: %s\n", error.c_str());
    directory.complaint = std::move(error);
  }
  return std::nullopt;
}

PodEvents::Directory& PodEvents::Find(std::string_view container) {
  auto found = directories_.find(container);
  if (found == directories_.end()) {
    found = directories_.emplace(std::string(container), Directory()).first;
    found->second.path = paths_.events + "/" + std::string(container);
  }
  return found->second;
}

PodEvents::Directory& PodEvents::Look(std::string_view container) {
  Directory& directory = Find(container);
  Look(directory);
  return directory;
}

bool PodEvents::Dead(std::string_view container) {
  return Look(container).dead;
}

bool PodEvents::Alive(std::string_view container) {
  return Look(container).alive;
}

template <typename Event>
std::optional<Event> PodEvents::Get(std::string_view container,
                                    const std::string& name) {
  if (!Has(container, name)) return std::nullopt;
  return Read<Event>(Look(container), name);
}

template std::optional<UnitStart> PodEvents::Get(std::string_view,
                                                 const std::string&);
template std::optional<StepEnd> PodEvents::Get(std::string_view,
                                               const std::string&);
template std::optional<TaskEnd> PodEvents::Get(std::string_view,
                                               const std::string&);
template std::optional<CleanUp> PodEvents::Get(std::string_view,
                                               const std::string&);
template std::optional<SidecarState> PodEvents::Get(std::string_view,
                                                    const std::string&);

std::optional<TaskEnd> PodEvents::UnitEnd(const LaunchUnit& unit) {
  const std::string& last = unit.steps.back();
  const bool dead = Dead(last);
  if (auto end = Get<TaskEnd>(last, std::string(kEnd))) return end;
  if (!dead) return std::nullopt;
  for (const std::string& step : unit.steps) {
    if (Alive(step)) return std::nullopt;
  }
  return LostUnit(last);
}

std::optional<TaskEnd> PodEvents::PeekUnitEnd(const LaunchUnit& unit) {
  const std::string name(kEnd);
  Directory& last = Find(unit.steps.back());
  if (auto end = Read<TaskEnd>(last, name)) return end;
  LookAtLock(last);
  if (!last.dead) return std::nullopt;
  // It may have posted since.
  if (auto end = Read<TaskEnd>(last, name)) return end;
  for (const std::string& step : unit.steps) {
    Directory& directory = Find(step);
    LookAtLock(directory);
    if (directory.alive) return std::nullopt;
  }
  return LostUnit(unit.steps.back());
}

std::optional<TaskEnd> PodEvents::GateEnd(const std::string& task) {
  Look(gates_);
  const std::optional<std::string> json = ReadFile(paths_.gates + "/" + task);
  if (!json.has_value() || json->empty()) return std::nullopt;
  TaskEnd end;
  std::string error;
  if (ReadEvent(*json, &end, &error) && end.outcome != Outcome::kUnspecified) {
    return end;
  }
  return Failure("the gate \"" + task + "\" holds no TaskEnd: " + error);
}

template <typename UnitEndOf>
std::optional<TaskEnd> PodEvents::EndFromUnits(size_t task,
                                               UnitEndOf unit_end_of) {
  std::optional<TaskEnd>& end = task_ends_[task];
  if (end.has_value()) return end;
  const LaunchTask& self = spec_.tasks[task];
  if (self.end.has_value()) {
    end = self.end;
  } else if (auto declared = DeclaredEnd(task)) {
    end = declared;
  } else if (self.gate) {
    end = GateEnd(self.name);
  } else {
    std::vector<TaskEnd> units;
    for (const LaunchUnit& unit : self.units) {
      std::optional<TaskEnd> unit_end = unit_end_of(unit);
      if (unit_end.has_value()) units.push_back(*std::move(unit_end));
    }
    if (!units.empty() && units.size() == self.units.size()) {
      end = JoinUnits(self, units);
    }
  }
  return end;
}

std::optional<TaskEnd> PodEvents::DeclaredEnd(size_t task) {
  if (!spec_.controlled) return std::nullopt;
  Look(gates_);
  for (const DeclaredTaskEnd& declared : declared_.ends) {
    if (declared.task == spec_.tasks[task].name) return declared.end;
  }
  return std::nullopt;
}

std::optional<TaskEnd> PodEvents::EndOfTask(size_t task) {
  return EndFromUnits(task,
                      [this](const LaunchUnit& unit) { return UnitEnd(unit); });
}

std::optional<TaskEnd> PodEvents::PeekEndOfTask(size_t task) {
  return EndFromUnits(
      task, [this](const LaunchUnit& unit) { return PeekUnitEnd(unit); });
}

Stop PodEvents::StopRequest() {
  if (!spec_.controlled) return Stop::kNone;
  Look(gates_);
  return stop_;
}

}  // namespace colocation::launcher
