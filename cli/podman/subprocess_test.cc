#include "cli/podman/subprocess.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation::podman {
namespace {

using ::testing::HasSubstr;

struct Ended {
  int exit_code = -1;
  std::string output;
};

Ended RunIt(ProcessOptions options) {
  options.output_path = testing::TempDir() + "output";
  std::ofstream(options.output_path, std::ios::trunc).close();
  absl::StatusOr<Subprocess> process = Subprocess::Start(options);
  EXPECT_TRUE(process.ok()) << process.status();
  Ended ended;
  ended.exit_code = process->Wait();
  std::ifstream in(options.output_path);
  ended.output.assign(std::istreambuf_iterator<char>(in), {});
  return ended;
}

Ended Shell(std::string script, std::map<std::string, std::string> env = {}) {
  ProcessOptions options;
  options.argv = {"sh", "-c", std::move(script)};
  options.env = std::move(env);
  return RunIt(std::move(options));
}

TEST(SubprocessTest, GivesTheExitCode) {
  EXPECT_EQ(Shell("exit 0").exit_code, 0);
  EXPECT_EQ(Shell("exit 42").exit_code, 42);
  EXPECT_EQ(Shell("kill -9 $$").exit_code, 137);
}

TEST(SubprocessTest, ArgumentsArriveUnchanged) {
  ProcessOptions options;
  options.argv = {"printf", "<%s>", "", "a b", "$HOME", "'\"", "*"};
  EXPECT_EQ(RunIt(options).output, "<><a b><$HOME><'\"><*>");
}

TEST(SubprocessTest, BothStreamsAreKept) {
  EXPECT_EQ(Shell("echo out; echo err >&2").output, "out\nerr\n");
}

TEST(SubprocessTest, EnvironmentIsOursAndTheAdditions) {
  setenv("INHERITED", "yes", 1);
  setenv("CHANGED", "no", 1);
  EXPECT_EQ(Shell("echo $INHERITED $CHANGED $NEW",
                  {{"CHANGED", "yes"}, {"NEW", "a=b"}})
                .output,
            "yes yes a=b\n");
}

TEST(SubprocessTest, MissingProgramIsCode127) {
  ProcessOptions options;
  options.argv = {"no-such-program"};
  const Ended ended = RunIt(options);
  EXPECT_EQ(ended.exit_code, 127);
  EXPECT_THAT(ended.output, HasSubstr("cannot run the program"));
}

TEST(SubprocessTest, ListeningSocketIsPassedAsSystemdDoes) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_GE(fd, 0);
  ProcessOptions options;
  options.argv = {"sh", "-c",
                  "[ $(echo $LISTEN_PID | sed 's/^0*//') = $$ ] && "
                  "echo $LISTEN_FDS; readlink /proc/self/fd/3"};
  options.listen_fd = fd;
  const Ended ended = RunIt(options);
  close(fd);
  EXPECT_TRUE(absl::StartsWith(ended.output, "1\nsocket:")) << ended.output;
}

TEST(SubprocessTest, StopTerminates) {
  ProcessOptions options;
  options.argv = {"sleep", "1000"};
  absl::StatusOr<Subprocess> process = Subprocess::Start(options);
  ASSERT_TRUE(process.ok());
  process->Stop();
  EXPECT_EQ(process->Wait(), 127) << "it was waited for already";
}

TEST(SubprocessTest, GoesWithItsObject) {
  const std::string path = testing::TempDir() + "pid";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  pid_t pid = 0;
  {
    ProcessOptions options;
    options.argv = {"sh", "-c", "echo $$ >" + path + "; exec sleep 1000"};
    absl::StatusOr<Subprocess> process = Subprocess::Start(options);
    ASSERT_TRUE(process.ok());
    std::ifstream(path) >> pid;
    ASSERT_GT(pid, 0);
    EXPECT_EQ(kill(pid, 0), 0);
  }
  EXPECT_NE(kill(pid, 0), 0);
}

TEST(SubprocessTest, MountsOfItsOwnNeedRoot) {
  ProcessOptions options;
  options.argv = {"sh", "-c", "grep -c ' /proc ' /proc/self/mounts || true"};
  options.unmount = "/nonexistent";
  const Ended ended = RunIt(options);
  EXPECT_EQ(ended.exit_code, 127);
  EXPECT_THAT(ended.output, HasSubstr("cannot make private mounts"));
}

}  // namespace
}  // namespace colocation::podman
