#include "cli/podman/subprocess.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace colocation::podman {
namespace {

constexpr int kListenFd = 3;
constexpr int kNotRun = 127;

// Everything the child needs, made before the fork: between fork and exec only
// async-signal-safe functions may be called.
struct ChildImage {
  std::vector<char*> argv;
  std::vector<char*> envp;
  // Where the child writes its process id, in "LISTEN_PID=          ".
  char* listen_pid_digits = nullptr;
};

constexpr char kListenPid[] = "LISTEN_PID=0000000000";

[[noreturn]] void RunChild(const ProcessOptions& options,
                           const ChildImage& image, int output_fd) {
  // A parent that is gone already sends no signal; then we are init's child.
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  setsid();
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
  dup2(null_fd, STDIN_FILENO);
  dup2(output_fd >= 0 ? output_fd : null_fd, STDOUT_FILENO);
  dup2(output_fd >= 0 ? output_fd : null_fd, STDERR_FILENO);
  if (options.listen_fd == kListenFd) {
    fcntl(kListenFd, F_SETFD, 0);
  } else if (options.listen_fd >= 0) {
    dup2(options.listen_fd, kListenFd);
  }
  if (image.listen_pid_digits != nullptr) {
    char* digit = image.listen_pid_digits + sizeof "0000000000" - 1;
    for (pid_t pid = getpid(); pid > 0; pid /= 10) *--digit = '0' + pid % 10;
  }
  if (!options.unmount.empty() &&
      (unshare(CLONE_NEWNS) != 0 ||
       mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
       umount2(options.unmount.c_str(), MNT_DETACH) != 0)) {
    const char message[] = "cannot make private mounts: root is needed\n";
    (void)!write(STDERR_FILENO, message, sizeof message - 1);
    _exit(kNotRun);
  }
  environ = const_cast<char**>(image.envp.data());
  execvp(image.argv[0], image.argv.data());
  const char message[] = "cannot run the program\n";
  (void)!write(STDERR_FILENO, message, sizeof message - 1);
  _exit(kNotRun);
}

}  // namespace

absl::StatusOr<Subprocess> Subprocess::Start(const ProcessOptions& options) {
  std::vector<std::string> argv = options.argv;
  std::map<std::string, std::string> variables = options.env;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (const char* equals = std::strchr(*entry, '='); equals != nullptr) {
      variables.emplace(std::string(*entry, equals - *entry), equals + 1);
    }
  }
  variables.erase("LISTEN_PID");
  variables.erase("LISTEN_FDS");
  variables.erase("LISTEN_FDNAMES");
  std::vector<std::string> env;
  for (const auto& [name, value] : variables) {
    env.push_back(absl::StrCat(name, "=", value));
  }
  if (options.listen_fd >= 0) {
    env.push_back("LISTEN_FDS=1");
    env.push_back(kListenPid);
  }

  ChildImage image;
  for (std::string& word : argv) image.argv.push_back(word.data());
  image.argv.push_back(nullptr);
  for (std::string& entry : env) image.envp.push_back(entry.data());
  image.envp.push_back(nullptr);
  if (options.listen_fd >= 0) {
    image.listen_pid_digits = env.back().data() + sizeof "LISTEN_PID=" - 1;
  }

  int output_fd = -1;
  if (!options.output_path.empty()) {
    output_fd = open(options.output_path.c_str(),
                     O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    if (output_fd < 0) {
      return absl::InternalError(
          absl::StrCat(options.output_path, ": ", std::strerror(errno)));
    }
  }
  const pid_t pid = fork();
  if (pid == 0) RunChild(options, image, output_fd);
  const int fork_errno = errno;
  if (output_fd >= 0) close(output_fd);
  if (pid < 0) {
    return absl::ResourceExhaustedError(
        absl::StrCat("fork: ", std::strerror(fork_errno)));
  }
  return Subprocess(pid);
}

Subprocess::~Subprocess() {
  if (pid_ > 0) kill(pid_, SIGKILL);
  Wait();
}

void Subprocess::Stop() {
  if (pid_ > 0) kill(pid_, SIGTERM);
  Wait();
}

int Subprocess::Wait() {
  if (pid_ <= 0) return kNotRun;
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace colocation::podman
