// When the steps of a Pod get their credentials.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "launcher/files.h"
#include "launcher/pod_process_testing.h"

namespace colocation::launcher {
namespace {

using ::testing::HasSubstr;

class PodCredentialsTest : public testing::Test {
 protected:
  // With one credential, in the Secret "a".
  PodCredentialsTest() {
    const std::string secret = pod_.root() + "/creds-secrets/a";
    EXPECT_TRUE(MakeDirectories(secret, 0755));
    EXPECT_TRUE(WriteFile(secret + "/username", "me", 0644));
    EXPECT_TRUE(WriteFile(secret + "/password", "word", 0644));
    pod_.spec().credentials = {
        {CredentialKind::kBasicGit, "a", "https://git.example.org"}};
  }

  // Makes a home for the containers, as an image or a volume has it.
  void GiveHome(const std::string& name,
                std::initializer_list<const char*> containers) {
    const std::string home = pod_.root() + "/" + name;
    ForEverybody(home);
    for (const char* container : containers) {
      pod_.SetEnv(container, "HOME", home);
      ForEverybody(pod_.root() + "/creds/" + container);
    }
  }

  static void ForEverybody(const std::string& directory) {
    EXPECT_TRUE(MakeDirectories(directory, 0755));
    EXPECT_EQ(chmod(directory.c_str(), 0777), 0);
  }

  // Not everybody gets to where Bazel has its temporary directory.
  TestPod pod_{"/tmp"};
};

constexpr char kShow[] = "cat $HOME/.git-credentials >> {log}";

TEST_F(PodCredentialsTest, EachStepHasThemInItsOwnHome) {
  pod_.AddTask("t").Step("one", kShow).Step("two", kShow);
  GiveHome("home1", {"t-one"});
  GiveHome("home2", {"t-two"});
  pod_.Run();
  EXPECT_EQ(pod_.Outcomes(), "t:ok");
  EXPECT_EQ(pod_.Log(),
            "https://me:word@git.example.org https://me:word@git.example.org");
}

TEST_F(PodCredentialsTest, WhatAStepChangesStaysForTheNext) {
  pod_.AddTask("t")
      .Step("one", "echo changed > $HOME/.gitconfig")
      .Step("two", "cat $HOME/.gitconfig >> {log}")
      .Step("three", "cat $HOME/.gitconfig >> {log}");
  GiveHome("home", {"t-one", "t-two", "t-three"});
  pod_.Run();
  EXPECT_EQ(pod_.Outcomes(), "t:ok");
  EXPECT_EQ(pod_.Log(), "changed changed");
}

TEST_F(PodCredentialsTest, EachTaskAndAttemptBeginsWithThem) {
  pod_.AddTask("a").Step("s", "echo changed > $HOME/.git-credentials");
  pod_.AddTask("b")
      .After("a")
      .Step("one", kShow)
      .Step("two", "echo changed > $HOME/.git-credentials; exit 1");
  pod_.spec().tasks[1].retries = 1;
  GiveHome("home", {"a-s", "b-one", "b-two"});
  pod_.Run();
  EXPECT_EQ(pod_.Outcomes(), "a:ok b:failed(StepFailed)");
  EXPECT_EQ(pod_.Log(),
            "https://me:word@git.example.org https://me:word@git.example.org");
}

TEST_F(PodCredentialsTest, LaterStepMayHaveDiedBefore) {
  pod_.AddTask("t").Step("one", kShow).Step("two", kShow).Step("three", kShow);
  GiveHome("home", {"t-one", "t-two", "t-three"});
  pod_.Install();
  pod_.Start("t-two");
  pod_.AwaitFile(pod_.root() + "/colocation/events/t-two/alive");
  pod_.Kill("t-two", SIGKILL);
  pod_.AwaitEnd("t-two");
  pod_.Start("t-one");
  pod_.Start("t-three");
  pod_.Wait();
  EXPECT_FALSE(pod_.hung());
  EXPECT_EQ(pod_.Outcomes(), "t:failed(StepFailed)");
  EXPECT_EQ(pod_.Log(), "https://me:word@git.example.org");
}

TEST_F(PodCredentialsTest, CredentialThatCantBeMadeFailsTheTask) {
  unlink((pod_.root() + "/creds-secrets/a/password").c_str());
  pod_.AddTask("t").Step("one", "echo ran >> {log}").Step("two", "");
  GiveHome("home", {"t-one", "t-two"});
  pod_.Run();
  EXPECT_EQ(pod_.Outcomes(), "t:failed(StepFailed)");
  EXPECT_EQ(pod_.Log(), "");
  EXPECT_THAT(pod_.Output("t-one"), HasSubstr("a/password"));
}

TEST_F(PodCredentialsTest, UsersOtherThanRootHaveThem) {
  if (getuid() != 0) GTEST_SKIP() << "only root can run it as another user";
  pod_.AddTask("t").Step("one", kShow);
  GiveHome("home", {"t-one"});
  pod_.RunAs(1234);
  pod_.Run();
  EXPECT_EQ(pod_.Outcomes(), "t:ok");
  EXPECT_EQ(pod_.Log(), "https://me:word@git.example.org");
}

}  // namespace
}  // namespace colocation::launcher
