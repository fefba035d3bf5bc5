// What is expected was worked out from pkg/credentials in Tekton;
// tests/parity compares with what its code writes.
#include "launcher/credentials.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "launcher/files.h"
#include "launcher/users_files.h"

namespace colocation::launcher {
namespace {

using Kind = CredentialKind;

class CredentialsTest : public testing::Test {
 protected:
  CredentialsTest() {
    root_ = testing::TempDir() + "credentials-XXXXXX";
    EXPECT_NE(mkdtemp(root_.data()), nullptr);
    paths_ = {root_ + "/secrets", root_ + "/creds", root_ + "/home", {}};
    for (const std::string& directory :
         {paths_.secrets, paths_.directory, paths_.home}) {
      EXPECT_TRUE(MakeDirectories(directory, 0755));
    }
  }

  ~CredentialsTest() override {
    EmptyUsersDirectory(root_);
    rmdir(root_.c_str());
  }

  // A key of a Secret.
  void Key(const std::string& secret, const std::string& key,
           const std::string& content) {
    EXPECT_TRUE(MakeDirectories(paths_.secrets + "/" + secret, 0755));
    EXPECT_TRUE(
        WriteFile(paths_.secrets + "/" + secret + "/" + key, content, 0644));
  }
  void BasicAuth(const std::string& secret, const std::string& user,
                 const std::string& password) {
    Key(secret, "username", user);
    Key(secret, "password", password);
  }

  void Use(Kind kind, const std::string& secret, const std::string& url = "") {
    spec_.credentials.push_back({kind, secret, url});
  }

  // What goes to standard error, or why the step can't run.
  std::string Write() {
    std::string error;
    testing::internal::CaptureStderr();
    const bool written = WriteCredentials(spec_, paths_, &error);
    const std::string warnings = testing::internal::GetCapturedStderr();
    EXPECT_EQ(written, error.empty());
    return written ? warnings : "failed: " + error;
  }

  std::string Home(const std::string& name) const {
    return ReadFile(paths_.home + "/" + name).value_or("none");
  }
  mode_t Mode(const std::string& path) const {
    struct stat info = {};
    EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
    return info.st_mode & 0777;
  }

  std::string root_;
  CredentialPaths paths_;
  LaunchSpec spec_;
};

TEST_F(CredentialsTest, UsersForGit) {
  BasicAuth("a", "me", "p@ss");
  BasicAuth("b", "DOMAIN\\you", "word");
  Use(Kind::kBasicGit, "a", "https://git.example.org/team/r");
  Use(Kind::kBasicGit, "b", "https://git.example.org");
  EXPECT_EQ(Write(), "");
  EXPECT_EQ(Home(".gitconfig"),
            "[credential]\n"
            "\thelper = store\n"
            "[credential \"https://git.example.org/team/r\"]\n"
            "\tusername = me\n"
            "\tuseHttpPath = true\n"
            "[credential \"https://git.example.org\"]\n"
            "\tusername = DOMAIN\\\\you\n");
  // The one for the whole host first.
  EXPECT_EQ(Home(".git-credentials"),
            "https://DOMAIN%5Cyou:word@git.example.org\n"
            "https://me:p%40ss@git.example.org/team/r\n");
  EXPECT_EQ(Home(".ssh/config"), "none");
  EXPECT_EQ(Home(".docker/config.json"), "none");
}

TEST_F(CredentialsTest, KeysForGit) {
  Key("one", "ssh-privatekey", "KEY1");
  Key("one", "known_hosts", "git.example.org ssh-ed25519 AAAA");
  Key("two", "ssh-privatekey", "KEY2");
  Key("three", "ssh-privatekey", "KEY3\n");
  Key("three", "known_hosts", "other ssh-rsa BBBB");
  Use(Kind::kSshGit, "one", "git.example.org/team/r");
  Use(Kind::kSshGit, "two", "git.example.org");
  Use(Kind::kSshGit, "three", "git.example.org");
  Use(Kind::kSshGit, "three", "other:2222/x");
  EXPECT_EQ(Write(), "");
  const std::string ssh = paths_.directory + "/.ssh";
  EXPECT_EQ(Home(".ssh/config"),
            "Host git.example.org\n    HostName git.example.org\n    Port 22\n"
            "    IdentityFile " +
                ssh +
                "/id_two\n"
                "    IdentityFile " +
                ssh +
                "/id_three\n"
                "Host git.example.org--team--r\n    HostName git.example.org\n"
                "    Port 22\n    IdentityFile " +
                ssh +
                "/id_one\n"
                "Host other--x\n    HostName other\n    Port 2222\n"
                "    IdentityFile " +
                ssh + "/id_three\n");
  EXPECT_EQ(Home(".ssh/known_hosts"),
            "other ssh-rsa BBBB\n"
            "git.example.org ssh-ed25519 AAAA\n"
            "other ssh-rsa BBBB");
  EXPECT_EQ(Home(".ssh/id_one") + Home(".ssh/id_two") + Home(".ssh/id_three"),
            "KEY1KEY2KEY3\n");
  EXPECT_EQ(Home(".gitconfig"),
            "[url \"git@git.example.org--team--r:team/r.git\"]\n"
            "\tinsteadOf = git@git.example.org:team/r.git\n"
            "[url \"ssh://git.example.org--team--r/team/r.git\"]\n"
            "\tinsteadOf = ssh://git.example.org/team/r.git\n"
            "[url \"git@other--x:x.git\"]\n"
            "\tinsteadOf = git@other:x.git\n"
            "[url \"ssh://other--x/x.git\"]\n"
            "\tinsteadOf = ssh://other:2222/x.git\n");
}

TEST_F(CredentialsTest, UsersAndKeysForGitTogether) {
  BasicAuth("a", "me", "word");
  Key("k", "ssh-privatekey", "KEY");
  Use(Kind::kBasicGit, "a", "https://h");
  Use(Kind::kSshGit, "k", "h/r");
  EXPECT_EQ(Write(), "");
  EXPECT_EQ(Home(".gitconfig"),
            "[credential]\n\thelper = store\n"
            "[credential \"https://h\"]\n\tusername = me\n"
            "[url \"git@h--r:r.git\"]\n\tinsteadOf = git@h:r.git\n"
            "[url \"ssh://h--r/r.git\"]\n\tinsteadOf = ssh://h/r.git\n");
}

TEST_F(CredentialsTest, RegistriesOfSeveralSecrets) {
  BasicAuth("user", "robot", "a<b");
  Key("cfg", ".dockercfg",
      R"({"https://one": {"auth": "b25l", "email": "a@b"},
          "https://two": {"Username": "u", "extra": [1, {}]}})");
  Key("json", ".dockerconfigjson",
      R"({"credsStore": "x", "AUTHS": {"https://two": {"auth": "dHdv",
          "identitytoken": "t"}, "https://three": {"password": "p"}}})");
  Use(Kind::kBasicDocker, "user", "https://three");
  Use(Kind::kDockerConfigJson, "json");
  Use(Kind::kDockercfg, "cfg");
  EXPECT_EQ(Write(), "");
  EXPECT_EQ(Home(".docker/config.json"),
            R"({"auths":{"https://one":{"auth":"b25l","email":"a@b"},)"
            R"("https://three":{"username":"robot","password":"a\u003cb",)"
            R"("auth":"cm9ib3Q6YTxi","email":"not@val.id"},)"
            R"("https://two":{"auth":"dHdv"}}})");
}

TEST_F(CredentialsTest, FilesAreForTheirOwnerOnly) {
  BasicAuth("a", "me", "word");
  Key("k", "ssh-privatekey", "KEY");
  Use(Kind::kBasicGit, "a", "https://h");
  Use(Kind::kBasicDocker, "a", "https://r");
  Use(Kind::kSshGit, "k", "h");
  EXPECT_EQ(Write(), "");
  for (const std::string& top : {paths_.directory, paths_.home}) {
    for (const char* name :
         {".gitconfig", ".git-credentials", ".docker/config.json", ".ssh/id_k",
          ".ssh/config"}) {
      EXPECT_EQ(Mode(top + "/" + name), 0600) << name;
    }
  }
  EXPECT_EQ(Mode(paths_.home + "/.ssh"), 0700);
  EXPECT_EQ(Mode(paths_.home + "/.docker"), 0700);
}

TEST_F(CredentialsTest, AnotherAttemptBeginsAnew) {
  BasicAuth("a", "me", "word");
  Use(Kind::kBasicGit, "a", "https://h");
  EXPECT_EQ(Write(), "");
  const std::string config = Home(".gitconfig");
  EXPECT_TRUE(WriteFile(paths_.directory + "/mine", "x", 0600));
  EXPECT_TRUE(WriteFile(paths_.home + "/.gitconfig", "changed", 0600));
  EXPECT_TRUE(WriteFile(paths_.home + "/mine", "x", 0600));
  EXPECT_EQ(Write(), "");
  EXPECT_EQ(Home(".gitconfig"), config);
  EXPECT_EQ(Home("mine"), "x");
  EXPECT_FALSE(FileExists(paths_.directory + "/mine"));
}

TEST_F(CredentialsTest, KeyThatIsMissingFailsTheStep) {
  Key("a", "username", "me");
  Use(Kind::kBasicGit, "a", "https://h");
  EXPECT_EQ(Write(),
            "failed: the credential of the Secret \"a\" can't be used: " +
                paths_.secrets + "/a/password: No such file or directory");
  spec_.credentials[0].kind = Kind::kBasicDocker;
  EXPECT_NE(Write().find("a/password"), std::string::npos);
  spec_.credentials[0].kind = Kind::kSshGit;
  EXPECT_NE(Write().find("a/ssh-privatekey"), std::string::npos);
}

TEST_F(CredentialsTest, KnownHostsMayBeRequired) {
  Key("k", "ssh-privatekey", "KEY");
  Use(Kind::kSshGit, "k", "h");
  EXPECT_EQ(Write(), "");
  spec_.require_known_hosts = true;
  EXPECT_NE(Write().find("k/known_hosts"), std::string::npos);
  Key("k", "known_hosts", "");
  EXPECT_EQ(Write(), "");
}

TEST_F(CredentialsTest, TwoUsersForOneUrlFailTheStep) {
  BasicAuth("a", "me", "word");
  BasicAuth("b", "you", "word");
  Use(Kind::kBasicGit, "a", "https://h");
  Use(Kind::kBasicDocker, "a", "https://h");
  EXPECT_EQ(Write(), "");
  Use(Kind::kBasicDocker, "b", "https://h");
  EXPECT_NE(Write().find("two credentials for docker"), std::string::npos);
  spec_.credentials[2].kind = Kind::kBasicGit;
  EXPECT_NE(Write().find("two credentials for git"), std::string::npos);
}

TEST_F(CredentialsTest, FileThatIsNoJsonIsAWarningWithoutItsContent) {
  Key("j", ".dockerconfigjson", "{\"auths\": MARKER}");
  BasicAuth("a", "me", "word");
  Use(Kind::kDockerConfigJson, "j");
  Use(Kind::kBasicDocker, "a", "https://h");
  Use(Kind::kBasicGit, "a", "https://h");
  const std::string warning = Write();
  EXPECT_NE(warning.find("j/.dockerconfigjson is not understood"),
            std::string::npos);
  EXPECT_EQ(warning.find("MARKER"), std::string::npos);
  EXPECT_EQ(Home(".docker/config.json"), "none");
  EXPECT_NE(Home(".git-credentials"), "none");
}

TEST_F(CredentialsTest, HomeThatCantBeWrittenIsAWarning) {
  BasicAuth("a", "me", "word");
  Use(Kind::kBasicGit, "a", "https://h");
  // Also for root.
  EXPECT_TRUE(MakeDirectories(paths_.home + "/.gitconfig", 0755));
  EXPECT_EQ(Write(),
            "launcher: warning: unsuccessful cred copy: .gitconfig from " +
                paths_.directory + " to " + paths_.home + ": " + paths_.home +
                "/.gitconfig: Is a directory\n");
  EXPECT_NE(Home(".git-credentials"), "none");
  paths_.home = "";
  EXPECT_EQ(Write(),
            "launcher: warning: unsuccessful cred copy: HOME is not set\n");
}

// Another task may have left them, where the home is in a shared workspace.
TEST_F(CredentialsTest, LinksAreFollowedButNotIntoTheLaunchersDirectories) {
  const std::string reserved = root_ + "/tekton";
  EXPECT_TRUE(MakeDirectories(reserved, 0755));
  EXPECT_TRUE(WriteFile(reserved + "/result", "mine", 0644));
  EXPECT_TRUE(WriteFile(root_ + "/elsewhere", "", 0600));
  paths_.reserved = {reserved};
  Key("k", "ssh-privatekey", "KEY");
  BasicAuth("a", "me", "word");
  Use(Kind::kBasicGit, "a", "https://h");
  Use(Kind::kSshGit, "k", "h");
  Use(Kind::kBasicDocker, "a", "https://r");
  const auto link = [&](const std::string& to, const std::string& name) {
    EXPECT_EQ(symlink(to.c_str(), (paths_.home + "/" + name).c_str()), 0);
  };
  link(reserved + "/result", ".gitconfig");
  link(root_ + "/elsewhere", ".git-credentials");
  link(reserved, ".ssh");
  EXPECT_TRUE(MakeDirectories(paths_.home + "/.docker", 0700));
  link(reserved + "/new", ".docker/config.json");
  const std::string warnings = Write();
  for (const char* name : {".gitconfig", ".ssh", ".docker"}) {
    EXPECT_NE(warnings.find(std::string("cred copy: ") + name),
              std::string::npos)
        << name;
  }
  // Only the file that was there.
  struct stat info = {};
  EXPECT_EQ(stat((reserved + "/new").c_str(), &info), -1);
  EXPECT_EQ(stat((reserved + "/config").c_str(), &info), -1);
  EXPECT_EQ(ReadFile(reserved + "/result"), "mine");
  EXPECT_EQ(ReadFile(root_ + "/elsewhere"), "https://me:word@h\n");
}

TEST_F(CredentialsTest, HomeMayBeInAReservedDirectory) {
  paths_.reserved = {root_};
  BasicAuth("a", "me", "word");
  Use(Kind::kBasicGit, "a", "https://h");
  EXPECT_EQ(Write(), "");
  EXPECT_EQ(Home(".git-credentials"), "https://me:word@h\n");
}

TEST_F(CredentialsTest, PipeInTheHomeIsAWarning) {
  BasicAuth("a", "me", "word");
  Use(Kind::kBasicGit, "a", "https://h");
  EXPECT_EQ(mkfifo((paths_.home + "/.gitconfig").c_str(), 0600), 0);
  EXPECT_NE(Write().find("cred copy: .gitconfig"), std::string::npos);
}

}  // namespace
}  // namespace colocation::launcher
