#include "launcher/pod_process_testing.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "launcher/container.h"
#include "launcher/files.h"
#include "launcher/spec_json.h"
#include "launcher/users_files.h"

namespace colocation::launcher {
namespace {

constexpr char kLauncher[] = "launcher/launcher";
constexpr int64_t kLongest = 60'000 * kTestMillisecond;

sigset_t ChildSignal() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  return set;
}

std::string ShortOutcome(const std::optional<TaskEnd>& end) {
  if (!end.has_value()) return "none";
  switch (end->outcome) {
    case Outcome::kSucceeded:
      return "ok";
    case Outcome::kFailed:
      return "failed(" + end->reason + ")";
    case Outcome::kSkipped:
      return "skipped(" +
             std::string(Name(end->skip_reason))
                 .substr(std::string_view("SKIP_REASON_").size()) +
             ")";
    case Outcome::kUnspecified:
      break;
  }
  return "?";
}

}  // namespace

// ---------------------------------------------------------------------------
// TestTask

LaunchTask& TestTask::task() { return pod_->spec_.tasks[index_]; }
LaunchContainer& TestTask::last() { return pod_->spec_.containers.back(); }

TestTask& TestTask::After(const std::string& name) {
  if (std::find(task().wait_for.begin(), task().wait_for.end(), name) ==
      task().wait_for.end()) {
    task().wait_for.push_back(name);
  }
  task().parents.push_back({name, false});
  return *this;
}

TestTask& TestTask::AfterResult(const std::string& name,
                                const std::string& result) {
  After(name);
  task().parents.back().resource = true;
  task().result_refs.push_back({name, result});
  return *this;
}

TestTask& TestTask::DelayedBy(const std::string& unit) {
  FirstUnit();
  task().units.back().delayed_by.push_back(unit);
  return *this;
}

TestTask& TestTask::OnlyIf(const std::string& input, const std::string& op,
                           const std::vector<std::string>& values) {
  task().when.push_back({input, op, values, ""});
  return *this;
}

TestTask& TestTask::Result(const std::string& name, ValueType type) {
  task().results.push_back({name, type, ""});
  return *this;
}

TestTask& TestTask::Unit() {
  LaunchUnit unit;
  unit.name = task().name + "-" + std::to_string(task().units.size());
  task().units.push_back(unit);
  task().matrixed = true;
  return *this;
}

TestTask& TestTask::Step(const std::string& name, const std::string& shell) {
  return Add(ContainerRole::kStep, name, shell);
}

TestTask& TestTask::Sidecar(const std::string& name, const std::string& shell) {
  return Add(ContainerRole::kSidecar, name, shell);
}

void TestTask::FirstUnit() {
  if (!task().units.empty()) return;
  task().units.emplace_back();
  task().units.back().name = task().name;
}

TestTask& TestTask::Add(ContainerRole role, const std::string& name,
                        const std::string& shell) {
  FirstUnit();
  LaunchUnit& unit = task().units.back();
  LaunchContainer container;
  container.name = unit.name + "-" + name;
  container.role = role;
  container.task = task().name;
  container.unit = unit.name;
  container.step = name;
  container.step_directory = "step-" + name;
  (role == ContainerRole::kStep ? unit.steps : unit.sidecars)
      .push_back(container.name);
  pod_->arguments_[container.name] = {
      "/bin/sh", "-c", pod_->Replace(shell, unit.name, container.name)};
  pod_->spec_.containers.push_back(std::move(container));
  return *this;
}

// ---------------------------------------------------------------------------
// TestPod

TestPod::TestPod() : TestPod(std::getenv("TEST_TMPDIR")) {}

TestPod::TestPod(const char* base) {
  const sigset_t child = ChildSignal();
  sigprocmask(SIG_BLOCK, &child, nullptr);
  root_ = std::string(base == nullptr ? "/tmp" : base) + "/pod.XXXXXX";
  if (mkdtemp(root_.data()) == nullptr) std::abort();
  mkdir(Shared().c_str(), 0777);
  mkdir((root_ + "/termination").c_str(), 0777);
  mkdir((root_ + "/output").c_str(), 0777);
  spec_.version = 1;
  // Short, so that no test takes long.
  spec_.stop_grace_ns = 300 * kTestMillisecond;
}

TestPod::~TestPod() {
  for (const auto& [container, pid] : running_) {
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }
  EmptyUsersDirectory(root_);
  rmdir(root_.c_str());
}

TestTask& TestPod::AddTask(const std::string& name) {
  LaunchTask task;
  task.name = name;
  spec_.tasks.push_back(std::move(task));
  return tasks_.emplace_back(this, spec_.tasks.size() - 1);
}

TestTask& TestPod::AddFinally(const std::string& name) {
  TestTask& task = AddTask(name);
  task.task().finally = true;
  for (const LaunchTask& other : spec_.tasks) {
    if (!other.finally && !other.end.has_value()) {
      task.task().wait_for.push_back(other.name);
    }
  }
  return task;
}

std::string TestPod::Tekton(const std::string& unit) const {
  return root_ + "/colocation/private/" + unit + "/tekton";
}

std::string TestPod::Events(const std::string& container) const {
  return root_ + "/colocation/events/" + container;
}

std::string TestPod::Replace(std::string text, const std::string& unit,
                             const std::string& container) const {
  for (const auto& [name, path] :
       {std::pair<std::string, std::string>{"{tekton}", Tekton(unit)},
        {"{shared}", Shared()},
        {"{post}", Events(container)},
        {"{log}", Shared() + "/log"}}) {
    for (size_t at; (at = text.find(name)) != text.npos;) {
      text.replace(at, name.size(), path);
    }
  }
  return text;
}

pid_t TestPod::Spawn(const std::vector<std::string>& argv,
                     const std::string& output, uid_t user, const Env& env) {
  std::vector<char*> words;
  for (const std::string& word : argv) {
    words.push_back(const_cast<char*>(word.c_str()));
  }
  words.push_back(nullptr);
  const pid_t pid = fork();
  if (pid == 0) {
    const int fd = open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
    dup2(fd, STDOUT_FILENO);
    dup2(fd, STDERR_FILENO);
    setpgid(0, 0);
    if (user != 0 && (setgid(user) != 0 || setuid(user) != 0)) _exit(127);
    const sigset_t child = ChildSignal();
    sigprocmask(SIG_UNBLOCK, &child, nullptr);
    for (const auto& [name, value] : env) {
      setenv(name.c_str(), value.c_str(), 1);
    }
    execv(words[0], words.data());
    _exit(127);
  }
  return pid;
}

void TestPod::Install() {
  InstallSpec install;
  install.launch = spec_;
  for (const LaunchTask& task : spec_.tasks) {
    for (const LaunchUnit& unit : task.units) {
      install.directories.push_back(unit.name + "/tekton/results");
      install.directories.push_back(unit.name + "/tekton/steps");
      install.directories.push_back(unit.name + "/tekton/run");
    }
  }
  for (const auto& [container, content] : scripts_) {
    install.scripts.push_back({container, content});
  }
  // In pieces, as in a Pod.
  const std::string json = ToJson(install);
  std::vector<std::string> argv = {kLauncher, "--root=" + root_, "install"};
  for (size_t at = 0; at < json.size(); at += 100) {
    argv.push_back(json.substr(at, 100));
  }
  int status = 0;
  waitpid(Spawn(argv, root_ + "/output/install"), &status, 0);
  exit_codes_["install"] = WEXITSTATUS(status);
}

void TestPod::Start(const std::string& container) {
  // Where a container finds it.
  std::vector<std::string> argv = {root_ + "/colocation/program/launcher",
                                   "--root=" + root_};
  argv.insert(argv.end(), flags_.begin(), flags_.end());
  argv.insert(argv.end(), {"run", container, "--"});
  const auto& arguments = arguments_[container];
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  running_[container] =
      Spawn(argv, root_ + "/output/" + container, user_, env_[container]);
}

void TestPod::StartAll() {
  for (const LaunchContainer& container : spec_.containers) {
    Start(container.name);
  }
}

void TestPod::Wait() {
  const int64_t until = NowNs() + kLongest;
  const sigset_t child = ChildSignal();
  while (!running_.empty()) {
    for (auto it = running_.begin(); it != running_.end();) {
      int status = 0;
      if (waitpid(it->second, &status, WNOHANG) != it->second) {
        ++it;
        continue;
      }
      exit_codes_[it->first] =
          WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      it = running_.erase(it);
    }
    if (NowNs() >= until) {
      hung_ = true;
      for (const auto& [container, pid] : running_) {
        std::fprintf(stderr, "still running: %s\n", container.c_str());
        kill(pid, SIGKILL);
      }
    }
    const timespec timeout = {0, 100 * kTestMillisecond};
    sigtimedwait(&child, nullptr, &timeout);
  }
}

void TestPod::Run() {
  Install();
  StartAll();
  Wait();
}

void TestPod::Kill(const std::string& container, int signal) {
  const auto found = running_.find(container);
  if (found != running_.end()) kill(found->second, signal);
}

void TestPod::RunAs(uid_t user) {
  user_ = user;
  // As the kubelet and the author's volumes have them.
  for (const std::string& directory :
       {root_, Shared(), root_ + "/termination"}) {
    chmod(directory.c_str(), 0777);
  }
}

void TestPod::KillAll(int signal) {
  for (const auto& [container, pid] : running_) kill(pid, signal);
}

void TestPod::AwaitFile(const std::string& path) const {
  const int64_t until = NowNs() + kLongest;
  while (!FileExists(path) && NowNs() < until) sched_yield();
}

void TestPod::Touch(const std::string& name) const {
  WriteFile(Shared() + "/" + name, "", 0644);
}

void TestPod::KillProcessOf(const std::string& container, int signal) const {
  const auto found = running_.find(container);
  if (found == running_.end()) return;
  const std::string pid = std::to_string(found->second);
  const std::string children =
      Read("/proc/" + pid + "/task/" + pid + "/children");
  const int child = std::atoi(children.c_str());
  if (child > 0) kill(child, signal);
}

bool TestPod::IsRunning(const std::string& container) const {
  return running_.count(container) > 0;
}

void TestPod::SetLauncherImage(const std::string& container, bool launchers) {
  const std::string image = root_ + "/images/" + container;
  MakeDirectories(image, 0777);
  unlink((image + "/launcher").c_str());
  if (!launchers) return;
  const std::string program = root_ + "/colocation/program/launcher";
  if (symlink(program.c_str(), (image + "/launcher").c_str()) != 0) {
    std::abort();
  }
}

void TestPod::AwaitOutput(const std::string& container) const {
  const int64_t until = NowNs() + kLongest;
  while (Output(container).empty() && NowNs() < until) sched_yield();
}

void TestPod::AwaitWaiting(const std::string& container) const {
  const auto found = running_.find(container);
  if (found == running_.end()) return;
  const std::string process = "/proc/" + std::to_string(found->second);
  const auto waits = [&] {
    // It has a watch, and is in a system call that waits for the next report.
    std::error_code ignored;
    bool watches = false;
    for (const auto& fd :
         std::filesystem::directory_iterator(process + "/fdinfo", ignored)) {
      watches |= Read(fd.path()).find("inotify wd:") != std::string::npos;
    }
    const std::string call = Read(process + "/syscall");
    return watches && call.rfind(std::to_string(SYS_ppoll) + " ", 0) == 0;
  };
  const int64_t until = NowNs() + kLongest;
  while (!waits() && NowNs() < until) sched_yield();
}

void TestPod::AwaitEnd(const std::string& container) {
  const auto found = running_.find(container);
  if (found == running_.end()) return;
  int status = 0;
  waitpid(found->second, &status, 0);
  exit_codes_[container] =
      WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  running_.erase(found);
}

std::optional<TaskEnd> TestPod::End(const std::string& unit) const {
  for (const LaunchTask& task : spec_.tasks) {
    for (const LaunchUnit& u : task.units) {
      if (u.name != unit) continue;
      TaskEnd end;
      std::string error;
      const std::string json =
          Read(root_ + "/colocation/events/" + u.steps.back() + "/end");
      if (!json.empty() && ReadEvent(json, &end, &error)) return end;
    }
  }
  return std::nullopt;
}

std::string TestPod::Outcomes() const {
  std::string text;
  for (const LaunchTask& task : spec_.tasks) {
    for (const LaunchUnit& unit : task.units) {
      if (!text.empty()) text += " ";
      text += unit.name + ":" + ShortOutcome(End(unit.name));
    }
  }
  return text;
}

std::string TestPod::Failures() const {
  std::string text;
  for (const auto& [container, code] : exit_codes_) {
    if (code == 0) continue;
    if (!text.empty()) text += " ";
    text += container + ":" + std::to_string(code);
  }
  return text;
}

std::string TestPod::Results(const std::string& unit) const {
  std::string text;
  const std::optional<TaskEnd> end = End(unit);
  if (!end.has_value()) return "no end";
  for (const ResultValue& result : end->results) {
    if (!text.empty()) text += " ";
    text += result.name + "=" + result.value;
  }
  return text;
}

std::string TestPod::Log() const {
  std::string log = Read(Shared() + "/log");
  while (!log.empty() && log.back() == '\n') log.pop_back();
  std::replace(log.begin(), log.end(), '\n', ' ');
  return log;
}

std::string TestPod::Output(const std::string& container) const {
  return Read(root_ + "/output/" + container);
}

std::string TestPod::TerminationMessage(const std::string& container) const {
  return Read(root_ + "/termination/" + container);
}

std::string TestPod::Read(const std::string& path) const {
  return ReadFile(path).value_or("");
}

// A directory of the new version, then "..data" goes over to it: the way of the
// kubelet's atomic writer.
void TestPod::WriteGate(const std::string& name, const std::string& content) {
  const std::string gates = root_ + "/colocation/gates";
  MakeDirectories(gates, 0777);
  const std::string version = "..v" + std::to_string(++gate_version_);
  const std::string directory = gates + "/" + version;
  mkdir(directory.c_str(), 0777);
  std::error_code ignored;
  for (const auto& old :
       std::filesystem::directory_iterator(gates + "/..data", ignored)) {
    const std::string file = old.path().filename();
    WriteFile(directory + "/" + file, Read(old.path()), 0644);
  }
  if (!name.empty()) WriteFile(directory + "/" + name, content, 0644);
  const std::string link = gates + "/..data_tmp";
  unlink(link.c_str());
  if (symlink(version.c_str(), link.c_str()) != 0) std::abort();
  rename(link.c_str(), (gates + "/..data").c_str());
  if (!name.empty()) {
    (void)!symlink(("..data/" + name).c_str(), (gates + "/" + name).c_str());
  }
}

}  // namespace colocation::launcher
