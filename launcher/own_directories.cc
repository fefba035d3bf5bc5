#include "launcher/own_directories.h"

#include <optional>
#include <string_view>
#include <vector>

#include "launcher/spec_json.h"
#include "launcher/users_files.h"

namespace colocation::launcher {
namespace {

// Events of a container that has emptied its directories once, and of one that
// is done.
constexpr std::string_view kSwept = "swept-";
constexpr std::string_view kClean = "clean-";

std::string EmptyAll(Container& container) {
  // What of /tekton may be, or have in it, a mount of another container: where
  // an author may mount something, and what is made of Secrets.
  std::string left = EmptyUsersDirectory(container.paths().tekton,
                                         {"home", "creds", "creds-secrets"});
  for (const std::string& directory : container.self().own_directories) {
    const std::string more = EmptyUsersDirectory(directory);
    if (left.empty()) left = more;
  }
  return left;
}

// Waits until every other container of the unit has posted the event, or is
// not there: then it has run nothing, or the unit fails for its death. False if
// the unit has to stop first.
bool AwaitOthers(Container& container, const std::string& event) {
  const auto all = [&] {
    bool posted = true;
    for (const auto* names :
         {&container.unit().steps, &container.unit().sidecars}) {
      for (const std::string& name : *names) {
        // Looks at each, so that each is watched.
        if (name != container.self().name &&
            !container.events().Has(name, event) &&
            container.events().Alive(name)) {
          posted = false;
        }
      }
    }
    return posted;
  };
  while (!all()) {
    if (container.CauseToStop(0) != StopCause::kNone) return false;
    container.Wait(container.NextDeadline(0));
  }
  return true;
}

std::string MakeTekton(Container& container) {
  std::string error;
  const auto make = [&](const std::string& path) {
    return MakeUsersDirectories(container.paths().tekton, path, 0777, &error);
  };
  for (const char* path : {"results", "home", "artifacts", "creds", "run"}) {
    if (!make(path)) return error;
  }
  for (const LaunchContainer& other : container.spec().containers) {
    if (other.unit != container.self().unit ||
        other.role != ContainerRole::kStep) {
      continue;
    }
    for (const char* part : {"/results", "/artifacts"}) {
      if (!make("steps/" + other.step_directory + part)) return error;
    }
  }
  return "";
}

}  // namespace

bool EmptyOwnDirectories(Container& container, int32_t attempt, bool used) {
  CleanUp done;
  done.attempt = attempt;
  if (used) done.left = EmptyAll(container);
  container.Post(OfAttempt(kSwept, attempt), ToJson(done));
  if (!done.left.empty() &&
      AwaitOthers(container, OfAttempt(kSwept, attempt))) {
    done.left = EmptyAll(container);
  }
  container.Post(OfAttempt(kClean, attempt), ToJson(done));
  return !done.left.empty();
}

std::string MakeOwnDirectories(Container& container, int32_t attempt) {
  const std::string clean = OfAttempt(kClean, attempt);
  if (!AwaitOthers(container, clean)) return "";
  for (const auto* names :
       {&container.unit().steps, &container.unit().sidecars}) {
    for (const std::string& name : *names) {
      const auto done = container.events().Get<CleanUp>(name, clean);
      if (done.has_value() && !done->left.empty()) return done->left;
    }
  }
  return MakeTekton(container);
}

}  // namespace colocation::launcher
