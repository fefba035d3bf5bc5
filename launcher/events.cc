#include "launcher/events.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "launcher/spec_json.h"

namespace colocation::launcher {
namespace {

constexpr char kAlive[] = "/alive";

enum class Lock { kNone, kHeld, kFree };

Lock LockState(const std::string& path) {
  const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return Lock::kNone;
  if (flock(file.fd(), LOCK_SH | LOCK_NB) == 0) return Lock::kFree;
  return Lock::kHeld;
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

// Reads an event that is there; without it, nothing.
template <typename Event>
std::optional<Event> ReadIfThere(const std::string& path) {
  const std::optional<std::string> json = ReadFile(path);
  Event event;
  std::string error;
  if (!json.has_value()) {
    if (errno == ENOENT) return std::nullopt;
    error = FileError(path);
  } else if (ReadEvent(*json, &event, &error)) {
    return event;
  } else {
    error = path + ": " + error;
  }
  // Nobody but a launcher writes here. Whoever waits for the event sees in the
  // end that the container is dead.
  std::fprintf(stderr, "launcher: %s\n", error.c_str());
  return std::nullopt;
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

File HoldAlive(const std::string& post) {
  // Locked before it has its name, so that nobody sees it unlocked before its
  // time.
  const std::string path = post + kAlive;
  const std::string unfinished = post + "/.new" + kAlive;
  if (mkdir((post + "/.new").c_str(), 0700) != 0 && errno != EEXIST) return {};
  File file(open(unfinished.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  if (!file.is_open() || fchmod(file.fd(), 0644) != 0 ||
      flock(file.fd(), LOCK_EX) != 0 ||
      rename(unfinished.c_str(), path.c_str()) != 0) {
    return {};
  }
  return file;
}

PodEvents::PodEvents(const LaunchSpec& spec, const Paths& paths,
                     DirectoryWatch* watch)
    : spec_(spec), paths_(paths), watch_(watch), task_ends_(spec.tasks.size()) {
  gates_.path = paths.gates;
}

void PodEvents::TakeChanges() {
  for (const DirectoryWatch::Change& change : watch_->TakeChanges()) {
    Directory& directory = *by_watch_[change.directory];
    directory.changed = true;
    // Only "alive" is ever held open. The kernel reports this shortly before it
    // frees the lock.
    if (change.closed && &directory != &gates_) directory.dead = true;
  }
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
  // First the lock, then the names: one who has died posts nothing more.
  if (!directory.dead) {
    const Lock lock = LockState(directory.path + kAlive);
    directory.alive = lock == Lock::kHeld;
    directory.dead = lock == Lock::kFree;
  }
  if (directory.dead) directory.alive = false;
  directory.names = ListDirectory(directory.path);
}

PodEvents::Directory& PodEvents::Look(std::string_view container) {
  auto found = directories_.find(container);
  if (found == directories_.end()) {
    found = directories_.emplace(std::string(container), Directory()).first;
    found->second.path = paths_.events + "/" + std::string(container);
  }
  Look(found->second);
  return found->second;
}

bool PodEvents::Has(std::string_view container, const std::string& name) {
  const Directory& directory = Look(container);
  return std::find(directory.names.begin(), directory.names.end(), name) !=
         directory.names.end();
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
  return ReadIfThere<Event>(Look(container).path + "/" + name);
}

template std::optional<UnitStart> PodEvents::Get(std::string_view,
                                                 const std::string&);
template std::optional<StepEnd> PodEvents::Get(std::string_view,
                                               const std::string&);
template std::optional<TaskEnd> PodEvents::Get(std::string_view,
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
  const std::string& last = unit.steps.back();
  const auto path = [&](const std::string& step) {
    return paths_.events + "/" + step;
  };
  const std::string end_path = path(last) + "/" + std::string(kEnd);
  if (auto end = ReadIfThere<TaskEnd>(end_path)) return end;
  if (LockState(path(last) + kAlive) != Lock::kFree) return std::nullopt;
  // It may have posted since.
  if (auto end = ReadIfThere<TaskEnd>(end_path)) return end;
  for (const std::string& step : unit.steps) {
    if (LockState(path(step) + kAlive) == Lock::kHeld) return std::nullopt;
  }
  return LostUnit(last);
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
