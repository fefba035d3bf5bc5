#include "launcher/oom_kills.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "launcher/files.h"

namespace colocation::launcher {
namespace {

TEST(OomKillsTest, CounterIsThatOfTheContainersCgroup) {
  struct {
    const char* proc;
    std::vector<std::string> files;
  } const kCases[] = {
      {"0::/\n",
       {"/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory.events"}},
      {"0::/kubepods/pod1/c",
       {"/sys/fs/cgroup/kubepods/pod1/c/memory.events",
        "/sys/fs/cgroup/memory.events"}},
      // Both hierarchies: the controller is in the first.
      {"5:cpu,memory:/pod1/c\n1:name=systemd:/x\n0::/y\n",
       {"/sys/fs/cgroup/memory/pod1/c/memory.oom_control",
        "/sys/fs/cgroup/memory/memory.oom_control",
        "/sys/fs/cgroup/y/memory.events", "/sys/fs/cgroup/memory.events"}},
      {"3:memorys:/x\n", {}},
      {"nonsense\n:\n", {}},
      {"", {}},
  };
  for (const auto& c : kCases) EXPECT_EQ(OomCounterFiles(c.proc), c.files);
}

TEST(OomKillsTest, CountsOfBothVersionsAreRead) {
  const char* base = std::getenv("TEST_TMPDIR");
  const std::string file =
      std::string(base == nullptr ? "/tmp" : base) + "/oom_kills";
  const OomKills kills(file);
  EXPECT_FALSE(kills.Count().has_value());
  WriteFile(file, "low 0\nhigh 3\nmax 7\noom 2\noom_kill 12\n", 0644);
  EXPECT_EQ(kills.Count(), 12);
  WriteFile(file, "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n", 0644);
  EXPECT_EQ(kills.Count(), 3);
  // Linux before 4.13.
  WriteFile(file, "oom_kill_disable 0\nunder_oom 0\n", 0644);
  EXPECT_FALSE(kills.Count().has_value());
}

}  // namespace
}  // namespace colocation::launcher
