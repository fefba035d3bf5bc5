// A step that says when it ran, for launcher_benchmark: "START END", both wall
// clock in nanoseconds. Static, so that nothing but the program itself starts.
//
//   step_clock                  starts, and is over
//   step_clock FILE             in between waits until FILE is not empty
//   step_clock lasts MS         in between sleeps that many milliseconds
//   step_clock starts N DIR LAUNCHER ENTRYPOINT
//                               starts itself N times by itself, by the
//                               launcher and by Tekton's entrypoint, in turns,
//                               with files below DIR. Prints a line each time:
//                               who, and the nanoseconds from before the fork
//                               until the program ran
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

int64_t NowNs() {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * int64_t{1'000'000'000} + now.tv_nsec;
}

bool HasContent(const char* path) {
  struct stat file;
  return stat(path, &file) == 0 && file.st_size > 0;
}

int Step(const char* file, int64_t ms) {
  const int64_t start = NowNs();
  const timespec sleep = {ms / 1'000, ms % 1'000 * 1'000'000};
  nanosleep(&sleep, nullptr);
  while (file != nullptr && !HasContent(file)) {
    const timespec pause = {0, 10'000'000};
    nanosleep(&pause, nullptr);
  }
  // One write, as late as can be.
  char text[64];
  const int size = std::snprintf(text, sizeof text, "%lld %lld\n",
                                 static_cast<long long>(start),
                                 static_cast<long long>(NowNs()));
  return write(STDOUT_FILENO, text, static_cast<size_t>(size)) == size ? 0 : 1;
}

// Runs a program to its end. Its output; exits if it fails.
std::string Run(const std::vector<std::string>& words) {
  std::vector<char*> argv;
  for (const std::string& word : words) {
    argv.push_back(const_cast<char*>(word.c_str()));
  }
  argv.push_back(nullptr);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) exit(1);
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(ends[1], STDOUT_FILENO);
    execv(argv[0], argv.data());
    _exit(127);
  }
  close(ends[1]);
  std::string output;
  char buffer[256];
  for (ssize_t n; (n = read(ends[0], buffer, sizeof buffer)) > 0;) {
    output.append(buffer, static_cast<size_t>(n));
  }
  close(ends[0]);
  int status = 0;
  waitpid(pid, &status, 0);
  if (status != 0) {
    std::fprintf(stderr, "%s: status %d\n", argv[0], status);
    exit(1);
  }
  return output;
}

void Measure(const char* who, const std::vector<std::string>& words) {
  const int64_t before = NowNs();
  const long long started = std::atoll(Run(words).c_str());
  std::printf("%s %lld\n", who, started - static_cast<long long>(before));
}

// One task of one step "c".
constexpr char kInstall[] =
    R"({"launch":{"version":1,"tasks":[{"name":"t","units":[{"name":"t",)"
    R"("steps":["c"]}]}],"containers":[{"name":"c",)"
    R"("role":"CONTAINER_ROLE_STEP","task":"t","unit":"t","step":"s",)"
    R"("stepDirectory":"step-s"}]},"directories":["t/tekton/results",)"
    R"("t/tekton/steps","t/tekton/run"]})";

int Starts(char** argv) {
  const std::string self = "/proc/self/exe";
  char program[4096] = "";
  if (readlink(self.c_str(), program, sizeof program - 1) < 0) return 1;
  const std::string launcher = argv[2], entrypoint = argv[3];
  for (int i = 0; i < std::atoi(argv[0]); ++i) {
    const std::string below = std::string(argv[1]) + "/" + std::to_string(i);
    mkdir(below.c_str(), 0777);
    Measure("alone", {program});
    mkdir((below + "/termination").c_str(), 0777);
    Run({launcher, "--root=" + below, "install", kInstall});
    Measure("launcher",
            {launcher, "--root=" + below, "run", "c", "--", program});
    if (entrypoint.empty()) continue;
    Measure("entrypoint",
            {entrypoint, "-post_file", below + "/out", "-termination_path",
             below + "/message", "-step_metadata_dir", below + "/status",
             "-entrypoint", program, "--"});
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 6 && std::string_view(argv[1]) == "starts") {
    return Starts(argv + 2);
  }
  if (argc == 3 && std::string_view(argv[1]) == "lasts") {
    return Step(nullptr, std::atoll(argv[2]));
  }
  return Step(argc > 1 ? argv[1] : nullptr, 0);
}
