#include "launcher/command.h"

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <utility>

#include "launcher/decide.h"
#include "launcher/results.h"
#include "launcher/users_files.h"

namespace colocation::launcher {
namespace {

// The entry "NAME=value" of a variable; made with `value` if there is none.
std::string& EnvEntry(const LaunchEnvVar& variable,
                      std::vector<std::string>* env) {
  const std::string prefix = variable.name + "=";
  for (std::string& entry : *env) {
    if (entry.rfind(prefix, 0) == 0) return entry;
  }
  return env->emplace_back(prefix + variable.value);
}

// The script's path; a copy with everything replaced where it is `late`.
bool ScriptPath(const Container& container, const Replacements& replacements,
                std::string* path, std::string* problem, std::string* error) {
  const std::string& name = container.self().name;
  *path = container.paths().program + "/scripts/" + name;
  if (!container.self().late) return true;
  const std::optional<std::string> content = ReadFile(*path);
  if (!content.has_value()) {
    *error = FileError(*path);
    return false;
  }
  const std::string text = Substitute(*content, replacements, problem);
  if (text == *content) return true;
  const std::string& tekton = container.paths().tekton;
  const std::string written = "run/" + name;
  *path = tekton + "/" + written;
  return MakeUsersDirectories(tekton, "run", 0777, error) &&
         WriteUsersFile(tekton, written, text, 0755, error);
}

// What late references of this container stand for. `problem` gets what is
// wrong with a step's result that is looked up in them.
Replacements ReplacementsOf(Container& container, int32_t attempt,
                            std::string* problem) {
  Replacements replacements = ReplacementsFor(
      container.spec().tasks, container.task_index(), container.LookAtTasks());
  replacements.retry_count = attempt - 1;
  replacements.step_result =
      [tekton = container.paths().tekton, problem](
          std::string_view step,
          std::string_view result) -> std::optional<std::string> {
    UsersFile file =
        ReadUsersFile(tekton, StepResultPath(step, result), kMostResultBytes);
    if (file.state == UsersFile::State::kRead) return std::move(file.content);
    if (problem->empty()) *problem = file.error;
    return std::nullopt;
  };
  return replacements;
}

}  // namespace

bool MakeCommand(Container& container,
                 const std::vector<std::string>& arguments, int32_t attempt,
                 Command* command, std::string* error) {
  const LaunchContainer& self = container.self();
  Replacements replacements;
  std::string problem;
  if (self.late) replacements = ReplacementsOf(container, attempt, &problem);
  const auto late = [&](const std::string& text) {
    return self.late ? Substitute(text, replacements, &problem) : text;
  };

  if (self.script) {
    std::string path;
    if (!ScriptPath(container, replacements, &path, &problem, error)) {
      return false;
    }
    command->argv.push_back(std::move(path));
  }
  for (const std::string& argument : arguments) {
    if (!self.late) {
      command->argv.push_back(argument);
      continue;
    }
    for (std::string& word :
         SubstituteArgument(argument, replacements, &problem)) {
      command->argv.push_back(std::move(word));
    }
  }
  for (char** entry = environ; *entry != nullptr; ++entry) {
    command->env.emplace_back(*entry);
  }
  for (const LaunchEnvVar& variable : self.env) {
    std::string& entry = EnvEntry(variable, &command->env);
    const size_t value = variable.name.size() + 1;
    entry.replace(value, entry.npos, late(entry.substr(value)));
  }
  command->stdout_path = late(self.stdout_path);
  command->stderr_path = late(self.stderr_path);
  const std::string directory = late(self.working_dir);
  if (!problem.empty()) {
    *error = problem;
    return false;
  }
  if (command->argv.empty()) {
    *error = "there is no command to run";
    return false;
  }
  if (!directory.empty() &&
      (!MakeDirectories(directory, 0755) || chdir(directory.c_str()) != 0)) {
    *error = "working directory: " + FileError(directory);
    return false;
  }
  return true;
}

std::string EnvValue(Container& container, const std::string& name,
                     int32_t attempt) {
  const char* given = getenv(name.c_str());
  for (const LaunchEnvVar& variable : container.self().env) {
    if (variable.name != name) continue;
    const std::string value = given != nullptr ? given : variable.value;
    if (!container.self().late) return value;
    std::string problem;
    return Substitute(value, ReplacementsOf(container, attempt, &problem),
                      &problem);
  }
  return given != nullptr ? given : "";
}

WhenVerdict JudgeWhen(Container& container, int32_t attempt) {
  if (container.self().when.empty()) return {};
  std::string unreadable, problem;
  const Replacements replacements =
      ReplacementsOf(container, attempt, &unreadable);
  std::vector<When> when;
  for (const When& w : container.self().when) {
    when.push_back(SubstituteWhen(w, replacements, &problem));
  }
  if (!unreadable.empty()) return {WhenVerdict::Kind::kFail, unreadable};
  return JudgeStepWhen(when);
}

}  // namespace colocation::launcher
