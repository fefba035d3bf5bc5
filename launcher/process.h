// The user's process: started, its streams copied, signalled, reaped.
//
// All of the launcher's fork, exec and wait is here. The process leads a
// process group of its own, as under Tekton's entrypoint
// (cmd/entrypoint/runner.go), so that a signal reaches all that it started.
// What it left behind is killed when it has ended, as the kernel does it in a
// container whose first process ends.
#ifndef COLOCATION_LAUNCHER_PROCESS_H_
#define COLOCATION_LAUNCHER_PROCESS_H_

#include <poll.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/files.h"

namespace colocation::launcher {

struct Command {
  // The program, looked up in the PATH of `env` unless it has a slash.
  std::vector<std::string> argv;
  // "NAME=value"
  std::vector<std::string> env;
  // Files that get a copy of what it writes to its standard streams; appended
  // to. Empty: none.
  std::string stdout_path;
  std::string stderr_path;
};

// Signals that come to the launcher are read here instead of interrupting it.
// One object a process, made before anything is started.
class Signals {
 public:
  Signals();

  int fd() const { return file_.fd(); }
  // Those that came since the last call.
  std::vector<int> Take();

 private:
  File file_;
};

class Process {
 public:
  // Starts it. False, with a message for people, if that was not possible.
  bool Start(const Command& command, std::string* error);

  bool running() const { return pid_ > 0; }
  pid_t pid() const { return pid_; }
  // Of one that has ended: 128 and the signal's number if it was killed.
  int exit_code() const { return exit_code_; }

  // Sends to the whole process group.
  void Signal(int signal) const;

  // Takes note of children that have ended; call it on SIGCHLD.
  void Reap();

  // To poll, and to call when one of them is readable.
  void AddTo(std::vector<pollfd>* fds) const;
  void CopyStreams();

  // Once it has ended: kills and reaps every other descendant, and copies the
  // rest of its streams.
  void Finish();

 private:
  // What the process writes, for standard output or error.
  struct Stream {
    File from;
    File copy;
    int to = -1;
  };

  bool Connect(const std::string& path, int to, Stream* stream, File* end,
               std::string* error);
  void Copy(Stream& stream);

  pid_t pid_ = -1;
  int exit_code_ = 0;
  Stream streams_[2];
};

// The program's path, as execvp would find it in that environment. Absent, with
// errno set, if there is none that may be executed.
std::optional<std::string> FindProgram(const std::string& name,
                                       const std::vector<std::string>& env);

// Sets up the launcher itself: orphans come to it, and files get the modes that
// it gives them. Remembers what a child has to have instead.
void BecomeLauncher();

// What a child has to do first: die with its parent, lead a process group, and
// have umask and signals as the launcher found them.
void BecomeChild(pid_t parent);

// Does `work`, which returns an exit code, in a child process; -1, with errno
// set, if there can't be one.
template <typename Work>
pid_t Fork(Work work) {
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid != 0) return pid;
  BecomeChild(parent);
  _exit(work());
}

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_PROCESS_H_
