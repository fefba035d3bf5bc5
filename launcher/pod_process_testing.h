// A whole Pod of launchers as plain processes in a temporary directory, without
// containers: for tests of everything that the launchers do together.
//
//   TestPod pod;
//   pod.AddTask("build").Step("compile", "echo compiled >> {log}");
//   pod.AddTask("test").After("build").Step("run", "exit 3");
//   pod.Run();
//   EXPECT_EQ(pod.Outcomes(), "build:ok test:failed(StepFailed)");
//
// In the shell commands of steps these stand for paths: {tekton} the unit's
// /tekton, {shared} a directory that all steps share, {log} a file in it,
// {post} the container's directory of events.
#ifndef COLOCATION_LAUNCHER_POD_PROCESS_TESTING_H_
#define COLOCATION_LAUNCHER_POD_PROCESS_TESTING_H_

#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "launcher/spec.h"

namespace colocation::launcher {

inline constexpr int64_t kTestMillisecond = 1'000'000;

class TestPod;

// One task of a TestPod, in the making.
class TestTask {
 public:
  TestTask(TestPod* pod, size_t index) : pod_(pod), index_(index) {}

  // Waits for the task, and has it as a parent (of its results, too).
  TestTask& After(const std::string& task);
  TestTask& AfterResult(const std::string& task, const std::string& result);
  // Its last unit starts only when that unit has ended; it is no parent.
  TestTask& DelayedBy(const std::string& unit);
  // "$(tasks.x.results.y)" in or notin.
  TestTask& OnlyIf(const std::string& input, const std::string& op,
                   const std::vector<std::string>& values);
  TestTask& Result(const std::string& name,
                   ValueType type = ValueType::kString);
  // Another combination of the matrix: what follows belongs to it.
  TestTask& Unit();
  TestTask& Step(const std::string& name, const std::string& shell);
  TestTask& Sidecar(const std::string& name, const std::string& shell);

  LaunchTask& task();
  // The container that was added last.
  LaunchContainer& last();

 private:
  // Makes the only unit of a task without a matrix, where it isn't there yet.
  void FirstUnit();
  TestTask& Add(ContainerRole role, const std::string& name,
                const std::string& shell);

  TestPod* pod_;
  size_t index_;
};

class TestPod {
 public:
  // The directory is removed when the object goes.
  TestPod();
  // In a directory below that one.
  explicit TestPod(const char* base);
  TestPod(const TestPod&) = delete;
  TestPod& operator=(const TestPod&) = delete;
  ~TestPod();

  TestTask& AddTask(const std::string& name);
  TestTask& AddFinally(const std::string& name);

  // Runs the containers, but not the init container, as that user; needs root.
  void RunAs(uid_t user);

  // A variable of the container's environment.
  void SetEnv(const std::string& container, const std::string& name,
              const std::string& value) {
    env_[container][name] = value;
  }

  // Flags for every launcher.
  void AddFlag(const std::string& flag) { flags_.push_back(flag); }

  // Installs, runs all containers at once and waits for their ends. A Pod that
  // takes longer than a minute is killed, and hung() is true.
  void Run();

  // The same in parts.
  void Install();
  void Start(const std::string& container);
  void StartAll();
  void Wait();
  void Kill(const std::string& container, int signal);
  void KillAll(int signal);
  // Waits until the file is there, up to a minute.
  void AwaitFile(const std::string& path) const;
  // Makes a file in the shared directory.
  void Touch(const std::string& name) const;
  // Kills the process that a container's launcher has started, if any.
  void KillProcessOf(const std::string& container, int signal) const;
  bool IsRunning(const std::string& container) const;
  // Has the container run the launcher's own image from now on, or another one.
  void SetLauncherImage(const std::string& container, bool launchers);
  // Waits until it has written something.
  void AwaitOutput(const std::string& container) const;
  // Waits until its launcher sleeps, having looked at all that it waits for.
  void AwaitWaiting(const std::string& container) const;
  // Waits for the end of this one.
  void AwaitEnd(const std::string& container);

  // "build:ok test:failed(StepFailed) deploy:skipped(WHEN) lint:none"
  std::string Outcomes() const;
  // Of the containers whose exit code is not zero: "test-run:3".
  std::string Failures() const;
  bool hung() const { return hung_; }

  // The end of a task's first unit, or of the one named.
  std::optional<TaskEnd> End(const std::string& unit) const;
  // A result of a unit: "name=value" of all, separated by blanks.
  std::string Results(const std::string& unit) const;
  // Lines of {log}, separated by blanks.
  std::string Log() const;
  // What a container wrote, its launcher included.
  std::string Output(const std::string& container) const;
  std::string TerminationMessage(const std::string& container) const;

  const std::string& root() const { return root_; }
  std::string Shared() const { return root_ + "/shared"; }
  std::string Tekton(const std::string& unit) const;
  // A container's directory of events.
  std::string Events(const std::string& container) const;
  std::string Read(const std::string& path) const;
  // As a controller: writes a file among the gates, as the kubelet does it.
  void WriteGate(const std::string& name, const std::string& content);

  LaunchSpec& spec() { return spec_; }
  void AddScript(const std::string& container, const std::string& content) {
    scripts_[container] = content;
  }
  std::vector<std::string>& arguments(const std::string& container) {
    return arguments_[container];
  }

 private:
  friend class TestTask;

  using Env = std::map<std::string, std::string>;

  pid_t Spawn(const std::vector<std::string>& argv, const std::string& output,
              uid_t user = 0, const Env& env = {});
  std::string Replace(std::string text, const std::string& unit,
                      const std::string& container) const;

  std::string root_;
  LaunchSpec spec_;
  std::deque<TestTask> tasks_;
  std::vector<std::string> flags_;
  std::map<std::string, std::vector<std::string>> arguments_;
  std::map<std::string, std::string> scripts_;
  std::map<std::string, Env> env_;
  std::map<std::string, pid_t> running_;
  std::map<std::string, int> exit_codes_;
  uid_t user_ = 0;
  bool hung_ = false;
  int gate_version_ = 0;
};

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_POD_PROCESS_TESTING_H_
