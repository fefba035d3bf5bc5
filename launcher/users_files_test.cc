// Whatever users' programs may have left: it is read or refused at once, and
// nothing outside of the directory is touched.
#include "launcher/users_files.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "launcher/files.h"
#include "launcher/mounts_testing.h"

namespace colocation::launcher {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using State = UsersFile::State;

class UsersFilesTest : public ::testing::Test {
 protected:
  UsersFilesTest() {
    const char* base = std::getenv("TEST_TMPDIR");
    root_ = std::string(base == nullptr ? "/tmp" : base) + "/users.XXXXXX";
    EXPECT_NE(mkdtemp(root_.data()), nullptr);
    mkdir((root_ + "/d").c_str(), 0777);
    mkdir((root_ + "/outside").c_str(), 0777);
    WriteFile(root_ + "/outside/precious", "data", 0644);
  }
  ~UsersFilesTest() override { fs::remove_all(root_); }

  std::string In(const std::string& path) { return root_ + "/d/" + path; }
  UsersFile Read(const std::string& path, size_t limit = 100) {
    return ReadUsersFile(root_ + "/d", path, limit);
  }
  bool PreciousIsThere() {
    return ReadFile(root_ + "/outside/precious") == "data";
  }
  // Puts what no launcher expects in the place of a file.
  void Leave(const std::string& what, const std::string& path) {
    if (what == "fifo") {
      ASSERT_EQ(mkfifo(path.c_str(), 0666), 0);
    } else if (what == "directory") {
      fs::create_directories(path + "/a/b");
    } else if (what == "link") {
      ASSERT_EQ(symlink((root_ + "/outside/precious").c_str(), path.c_str()),
                0);
    } else if (what == "dangling link") {
      ASSERT_EQ(symlink("nowhere", path.c_str()), 0);
    } else if (what == "loop") {
      ASSERT_EQ(symlink(path.c_str(), path.c_str()), 0);
    } else if (what == "socket") {
      const File file(socket(AF_UNIX, SOCK_STREAM, 0));
      sockaddr_un address = {};
      address.sun_family = AF_UNIX;
      // The path may be longer than an address.
      ASSERT_EQ(chdir(fs::path(path).parent_path().c_str()), 0);
      fs::path(path).filename().string().copy(address.sun_path,
                                              sizeof address.sun_path - 1);
      ASSERT_EQ(bind(file.fd(), reinterpret_cast<sockaddr*>(&address),
                     sizeof address),
                0);
    }
  }

  static constexpr const char* kKinds[] = {
      "fifo", "directory", "link", "dangling link", "loop", "socket"};
  std::string root_;
};

TEST_F(UsersFilesTest, RegularFileIsRead) {
  WriteFile(In("f"), "content", 0644);
  EXPECT_EQ(Read("f").state, State::kRead);
  EXPECT_EQ(Read("f").content, "content");
  EXPECT_TRUE(UsersFileExists(root_ + "/d", "f"));
  EXPECT_EQ(Read("f", 7).state, State::kRead);
  EXPECT_EQ(Read("f", 6).state, State::kTooLarge);
}

TEST_F(UsersFilesTest, MissingIsNoError) {
  for (const char* path : {"none", "none/f"}) {
    EXPECT_EQ(Read(path).state, State::kMissing) << path;
    EXPECT_EQ(Read(path).error, "") << path;
  }
  EXPECT_FALSE(UsersFileExists(root_ + "/d", "none"));
}

TEST_F(UsersFilesTest, AnythingElseIsRefusedWithItsKind) {
  for (const auto& [what, text] :
       {std::pair<const char*, const char*>{"fifo", "is a FIFO"},
        {"directory", "is a directory"},
        {"link", "is a symbolic link"},
        {"dangling link", "is a symbolic link"},
        {"loop", "is a symbolic link"},
        {"socket", "is a socket"}}) {
    Leave(what, In(what));
    const UsersFile file = Read(what);
    EXPECT_EQ(file.state, State::kRefused) << what;
    EXPECT_THAT(file.error, HasSubstr(text));
    EXPECT_EQ(file.content, "");
    EXPECT_FALSE(UsersFileExists(root_ + "/d", what));
  }
  if (mknod(In("null").c_str(), S_IFCHR | 0666, (1 << 8) | 3) == 0) {
    EXPECT_THAT(Read("null").error, HasSubstr("is a device"));
  }
}

TEST_F(UsersFilesTest, LinkOnTheWayIsRefused) {
  ASSERT_EQ(symlink("../outside", In("way").c_str()), 0);
  EXPECT_EQ(Read("way/precious").state, State::kRefused);
  EXPECT_THAT(Read("way/precious").error,
              HasSubstr("/d/way is a symbolic link, not a directory"));
  std::string error;
  EXPECT_FALSE(WriteUsersFile(root_ + "/d", "way/f", "x", 0644, &error));
  EXPECT_THAT(error, HasSubstr("symbolic link"));
  EXPECT_FALSE(MakeUsersDirectories(root_ + "/d", "way/x", 0777, &error));
  EXPECT_THAT(error, HasSubstr("symbolic link"));
  EXPECT_FALSE(fs::exists(root_ + "/outside/x"));
}

TEST_F(UsersFilesTest, PathsThatClimbAreRefused) {
  for (const char* path : {"../outside/precious", "./f", ".", "", "/f"}) {
    EXPECT_EQ(Read(path).state, State::kRefused) << path;
  }
}

TEST_F(UsersFilesTest, SparseFileTakesNoMemory) {
  const File file(open(In("f").c_str(), O_WRONLY | O_CREAT, 0644));
  if (ftruncate(file.fd(), off_t{1} << 40) != 0) {
    ASSERT_EQ(ftruncate(file.fd(), off_t{1} << 33), 0);
  }
  const UsersFile read = Read("f", 1000);
  EXPECT_EQ(read.state, State::kTooLarge);
  EXPECT_THAT(read.error, HasSubstr("more than 1000 bytes"));
}

TEST_F(UsersFilesTest, WrittenFileReplacesWhateverIsThere) {
  for (const char* what : kKinds) {
    Leave(what, In(what));
    std::string error;
    EXPECT_TRUE(WriteUsersFile(root_ + "/d", what, "new", 0644, &error))
        << what << ": " << error;
    EXPECT_EQ(Read(what).content, "new") << what;
  }
  EXPECT_TRUE(PreciousIsThere());
}

TEST_F(UsersFilesTest, FileInPlaceOfADirectoryIsAnError) {
  WriteFile(In("f"), "", 0644);
  std::string error;
  EXPECT_FALSE(MakeUsersDirectories(root_ + "/d", "f/below", 0777, &error));
  EXPECT_THAT(error, HasSubstr("/d/f is a file, not a directory"));
  EXPECT_TRUE(MakeUsersDirectories(root_ + "/d", "a/b/c", 0777, &error));
  EXPECT_TRUE(MakeUsersDirectories(root_ + "/d", "a/b/c", 0777, &error));
  EXPECT_TRUE(fs::is_directory(In("a/b/c")));
}

TEST_F(UsersFilesTest, EventReplacesWhateverIsThere) {
  AtomicWriter writer;
  ASSERT_TRUE(writer.Open(root_ + "/d"));
  for (const char* what : kKinds) {
    Leave(what, In(what));
    Leave(what, In(std::string(".new/") + what));
    EXPECT_TRUE(writer.Write(what, "event", 0644)) << what;
    EXPECT_EQ(Read(what).content, "event") << what;
  }
  EXPECT_TRUE(PreciousIsThere());
}

TEST_F(UsersFilesTest, EventArrivesThoughItsWorkingDirectoryWasReplaced) {
  for (const char* what : kKinds) {
    AtomicWriter writer;
    ASSERT_TRUE(writer.Open(root_ + "/d"));
    fs::remove_all(In(".new"));
    Leave(what, In(".new"));
    EXPECT_TRUE(writer.Write("event", "x", 0644)) << what;
    EXPECT_EQ(Read("event").content, "x") << what;
    fs::remove_all(In("event"));
    // The same for a launcher that only starts.
    fs::remove_all(In(".new"));
    Leave(what, In(".new"));
    AtomicWriter late;
    EXPECT_TRUE(late.Open(root_ + "/d")) << what;
  }
  EXPECT_TRUE(PreciousIsThere());
}

TEST_F(UsersFilesTest, EmptyingFollowsNoLink) {
  for (const char* what : kKinds) Leave(what, In(what));
  ASSERT_EQ(symlink("../outside", In("way").c_str()), 0);
  fs::create_directories(In("sub"));
  ASSERT_EQ(symlink("../../outside", In("sub/way").c_str()), 0);
  EXPECT_EQ(EmptyUsersDirectory(root_ + "/d"), "");
  EXPECT_TRUE(fs::is_empty(root_ + "/d"));
  EXPECT_TRUE(PreciousIsThere());
}

TEST_F(UsersFilesTest, EmptyingKeepsWhatIsMountedElsewhere) {
  fs::create_directories(In("kept/below"));
  fs::create_directories(In("gone/kept"));
  EXPECT_EQ(EmptyUsersDirectory(root_ + "/d", {"kept"}), "");
  EXPECT_TRUE(fs::exists(In("kept/below")));
  EXPECT_FALSE(fs::exists(In("gone")));
}

TEST_F(UsersFilesTest, EmptyingKeepsWhatItIsTold) {
  fs::create_directories(In("kept/kept"));
  fs::create_directories(In("sub/kept"));
  WriteFile(In("file"), "", 0644);
  EXPECT_EQ(EmptyUsersDirectory(root_ + "/d", {"kept", "none"}), "");
  EXPECT_TRUE(fs::exists(In("kept/kept")));
  EXPECT_FALSE(fs::exists(In("sub")));
  EXPECT_FALSE(fs::exists(In("file")));
}

TEST_F(UsersFilesTest, EmptyingAMissingDirectoryIsNoError) {
  EXPECT_EQ(EmptyUsersDirectory(root_ + "/none"), "");
}

TEST_F(UsersFilesTest, EmptyingTakesDirectoriesWithoutPermissions) {
  fs::create_directories(In("closed/below"));
  WriteFile(In("closed/below/f"), "", 0644);
  ASSERT_EQ(chmod(In("closed/below").c_str(), 0), 0);
  ASSERT_EQ(chmod(In("closed").c_str(), 0500), 0);
  EXPECT_EQ(EmptyUsersDirectory(root_ + "/d"), "");
  EXPECT_TRUE(fs::is_empty(root_ + "/d"));
}

TEST_F(UsersFilesTest, EmptyingTakesAnyDepth) {
  // Deeper than files can be open or a path be long; another file at each
  // fiftieth.
  constexpr int kDepth = 20'000;
  File at(open((root_ + "/d").c_str(), O_RDONLY | O_DIRECTORY));
  for (int i = 0; i < kDepth; ++i) {
    ASSERT_EQ(mkdirat(at.fd(), "deep", 0700), 0);
    at = File(openat(at.fd(), "deep", O_RDONLY | O_DIRECTORY));
    ASSERT_TRUE(at.is_open());
    if (i % 50 != 0) continue;
    const File file(openat(at.fd(), "f", O_WRONLY | O_CREAT, 0644));
  }
  // In the way of those that are moved up.
  fs::create_directories(In(".deep-0/x"));
  WriteFile(In(".deep-1"), "", 0644);
  EXPECT_EQ(EmptyUsersDirectory(root_ + "/d"), "");
  EXPECT_TRUE(fs::is_empty(root_ + "/d"));
}

TEST_F(UsersFilesTest, EmptyingLeavesWhatIsMountedBelow) {
  fs::create_directories(In("sub/mounted"));
  WriteFile(In("mounted-file"), "", 0644);
  WriteFile(In("sub/f"), "", 0644);
  if (!HaveOwnMounts()) GTEST_SKIP() << "mounting is not allowed here";
  ASSERT_TRUE(MountAgain(root_ + "/outside", In("sub/mounted")));
  ASSERT_TRUE(MountAgain(root_ + "/outside/precious", In("mounted-file")));
  EXPECT_EQ(EmptyUsersDirectory(root_ + "/d"), "");
  EXPECT_TRUE(PreciousIsThere());
  EXPECT_FALSE(fs::exists(In("sub/f")));
  EXPECT_EQ(umount(In("sub/mounted").c_str()), 0);
  EXPECT_EQ(umount(In("mounted-file").c_str()), 0);
}

TEST_F(UsersFilesTest, EmptyingSaysWhatItCanNotRemove) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
  fs::create_directories(In("roots/sub"));
  WriteFile(In("roots/sub/f"), "", 0644);
  WriteFile(In("own"), "", 0644);
  ASSERT_EQ(chmod(root_.c_str(), 0755), 0);
  ASSERT_EQ(chmod((root_ + "/d").c_str(), 0777), 0);
  // Not everybody gets to where the directory is.
  ASSERT_EQ(chdir(root_.c_str()), 0);
  ASSERT_EQ(seteuid(65534), 0);
  const std::string left = EmptyUsersDirectory("d");
  ASSERT_EQ(seteuid(0), 0);
  EXPECT_THAT(left, HasSubstr("d/roots/sub/f: Permission denied"));
  EXPECT_FALSE(fs::exists(In("own")));
  EXPECT_TRUE(fs::exists(In("roots/sub/f")));
}

}  // namespace
}  // namespace colocation::launcher
