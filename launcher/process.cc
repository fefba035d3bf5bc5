#include "launcher/process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace colocation::launcher {
namespace {

// Exit codes of a shell, for a program that can't be run and one that isn't
// there.
constexpr int kCannotRun = 126;
constexpr int kNotFound = 127;

mode_t user_umask = 022;
sigset_t user_mask;

int ExitCode(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool IsExecutable(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return false;
  if (S_ISDIR(info.st_mode)) {
    errno = EISDIR;
    return false;
  }
  return access(path.c_str(), X_OK) == 0;
}

// Children of this process, by the kernel's list.
std::vector<pid_t> Children() {
  std::vector<pid_t> children;
  const std::string self = std::to_string(getpid());
  const std::string list =
      ReadFile("/proc/self/task/" + self + "/children").value_or("");
  pid_t pid = 0;
  for (const char c : list) {
    if (c >= '0' && c <= '9') {
      pid = pid * 10 + (c - '0');
    } else if (pid > 0) {
      children.push_back(pid);
      pid = 0;
    }
  }
  return children;
}

}  // namespace

void BecomeLauncher() {
  user_umask = umask(0);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  sigprocmask(SIG_BLOCK, nullptr, &user_mask);
}

void BecomeChild(pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kCannotRun);
  setpgid(0, 0);
  umask(user_umask);
  sigprocmask(SIG_SETMASK, &user_mask, nullptr);
}

Signals::Signals() {
  sigset_t all;
  sigfillset(&all);
  // Those that report a fault of our own.
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP,
                          SIGSYS, SIGIO, SIGRTMIN + 1}) {
    sigdelset(&all, fault);
  }
  sigprocmask(SIG_BLOCK, &all, nullptr);
  file_ = File(signalfd(-1, &all, SFD_NONBLOCK | SFD_CLOEXEC));
}

std::vector<int> Signals::Take() {
  std::vector<int> signals;
  signalfd_siginfo info[8];
  for (;;) {
    const ssize_t n = read(file_.fd(), info, sizeof info);
    if (n <= 0) return signals;
    for (size_t i = 0; i < static_cast<size_t>(n) / sizeof info[0]; ++i) {
      signals.push_back(static_cast<int>(info[i].ssi_signo));
    }
  }
}

std::optional<std::string> FindProgram(const std::string& name,
                                       const std::vector<std::string>& env) {
  if (name.find('/') != name.npos) {
    if (!IsExecutable(name)) return std::nullopt;
    return name;
  }
  std::string_view path = "/usr/local/bin:/usr/bin:/bin";
  for (const std::string& entry : env) {
    if (entry.rfind("PATH=", 0) == 0) path = std::string_view(entry).substr(5);
  }
  int error = ENOENT;
  while (!name.empty()) {
    const size_t colon = path.find(':');
    std::string candidate(path.substr(0, colon));
    if (candidate.empty()) candidate = ".";
    candidate += "/" + name;
    if (IsExecutable(candidate)) return candidate;
    if (errno == EACCES) error = EACCES;
    if (colon == path.npos) break;
    path.remove_prefix(colon + 1);
  }
  errno = error;
  return std::nullopt;
}

bool Process::Connect(const std::string& path, int to, Stream* stream,
                      File* end, std::string* error) {
  if (path.empty()) return true;
  if (const size_t slash = path.find_last_of('/');
      slash != path.npos && slash > 0 &&
      !MakeDirectories(path.substr(0, slash), 0777)) {
    *error = FileError(path.substr(0, slash));
    return false;
  }
  // It may be in a workspace, where another task has left something else.
  stream->copy = File(open(path.c_str(),
                           O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW |
                               O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
                           0644));
  struct stat info;
  if (!stream->copy.is_open() || fstat(stream->copy.fd(), &info) != 0) {
    *error = FileError(path);
    return false;
  }
  if (!S_ISREG(info.st_mode) && !S_ISCHR(info.st_mode)) {
    *error = path + " is no file to copy output to";
    return false;
  }
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    *error = FileError("pipe");
    return false;
  }
  stream->from = File(ends[0]);
  stream->to = to;
  *end = File(ends[1]);
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return true;
}

bool Process::Start(const Command& command, std::string* error) {
  File ends[2];
  if (!Connect(command.stdout_path, STDOUT_FILENO, &streams_[0], &ends[0],
               error) ||
      !Connect(command.stderr_path, STDERR_FILENO, &streams_[1], &ends[1],
               error)) {
    exit_code_ = kCannotRun;
    return false;
  }
  const std::optional<std::string> program =
      FindProgram(command.argv[0], command.env);
  if (!program.has_value()) {
    exit_code_ = errno == ENOENT ? kNotFound : kCannotRun;
    *error = "cannot run " + FileError(command.argv[0]);
    return false;
  }
  // Everything that the child needs, made before the fork.
  std::vector<char*> argv;
  for (const std::string& word : command.argv) {
    argv.push_back(const_cast<char*>(word.c_str()));
  }
  argv.push_back(nullptr);
  std::vector<char*> envp;
  for (const std::string& entry : command.env) {
    envp.push_back(const_cast<char*>(entry.c_str()));
  }
  envp.push_back(nullptr);
  int report[2];
  if (pipe2(report, O_CLOEXEC) != 0) {
    *error = FileError("pipe");
    return false;
  }
  const File reader(report[0]);
  File writer(report[1]);

  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) {
    BecomeChild(parent);
    if (ends[0].is_open()) dup2(ends[0].fd(), STDOUT_FILENO);
    if (ends[1].is_open()) dup2(ends[1].fd(), STDERR_FILENO);
    execve(program->c_str(), argv.data(), envp.data());
    const int failed = errno;
    (void)!write(writer.fd(), &failed, sizeof failed);
    _exit(kCannotRun);
  }
  if (pid < 0) {
    exit_code_ = kCannotRun;
    *error = FileError("fork");
    return false;
  }
  // Also here, so that a signal to the group finds it at once.
  setpgid(pid, pid);
  writer = File();
  int failed = 0;
  ssize_t n = 0;
  while ((n = read(reader.fd(), &failed, sizeof failed)) < 0 &&
         errno == EINTR) {
  }
  if (n == static_cast<ssize_t>(sizeof failed)) {
    waitpid(pid, nullptr, 0);
    errno = failed;
    exit_code_ = failed == ENOENT ? kNotFound : kCannotRun;
    *error = "cannot run " + FileError(*program);
    if (failed == ENOENT) *error += " (or its interpreter)";
    return false;
  }
  pid_ = pid;
  return true;
}

void Process::Signal(int signal) const {
  if (running()) kill(-pid_, signal);
}

void Process::Reap() {
  int status = 0;
  for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
    if (pid != pid_) continue;
    exit_code_ = ExitCode(status);
    kill(-pid_, SIGKILL);
    pid_ = -1;
  }
}

void Process::AddTo(std::vector<pollfd>* fds) const {
  for (const Stream& stream : streams_) {
    if (stream.from.is_open()) fds->push_back({stream.from.fd(), POLLIN, 0});
  }
}

void Process::Copy(Stream& stream) {
  char buffer[65536];
  while (stream.from.is_open()) {
    const ssize_t n = read(stream.from.fd(), buffer, sizeof buffer);
    if (n == 0) {
      stream.from = File();
      return;
    }
    if (n < 0) {
      if (errno == EINTR) continue;
      return;
    }
    const std::string_view data(buffer, static_cast<size_t>(n));
    WriteAll(stream.to, data);
    if (stream.copy.is_open() && !WriteAll(stream.copy.fd(), data)) {
      // A full disk must not lose the log as well.
      std::fprintf(stderr, "launcher: copy of output: %s\n",
                   std::strerror(errno));
      stream.copy = File();
    }
  }
}

void Process::CopyStreams() {
  for (Stream& stream : streams_) Copy(stream);
}

void Process::Finish() {
  // Each round kills the children; theirs then become ours.
  for (;;) {
    const std::vector<pid_t> children = Children();
    if (children.empty()) break;
    for (const pid_t child : children) kill(child, SIGKILL);
    for (const pid_t child : children) waitpid(child, nullptr, 0);
  }
  CopyStreams();
}

}  // namespace colocation::launcher
