#include "cli/podman/local_image.h"

#include <fstream>
#include <iterator>
#include <string>

#include "cli/podman/subprocess.h"
#include "gtest/gtest.h"

namespace colocation::podman {
namespace {

// What tar(1) says and finds in the archive.
std::string Tar(const std::string& archive,
                const std::vector<std::string>& arguments) {
  const std::string path = testing::TempDir() + "archive.tar";
  std::ofstream(path, std::ios::binary) << archive;
  ProcessOptions options;
  options.argv = {"tar", "--file", path};
  options.argv.insert(options.argv.end(), arguments.begin(), arguments.end());
  options.env["TZ"] = "UTC";
  options.output_path = testing::TempDir() + "output";
  std::ofstream(options.output_path, std::ios::trunc).close();
  absl::StatusOr<Subprocess> process = Subprocess::Start(options);
  EXPECT_TRUE(process.ok());
  EXPECT_EQ(process->Wait(), 0);
  std::ifstream in(options.output_path);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

const std::vector<ImageFile>& kFiles = *new std::vector<ImageFile>{
    {"bin/", "", 0755, ""},
    {"bin/tool", std::string(1000, 't'), 0755, ""},
    {"bin/alias", "", 0777, "tool"},
    {"etc/empty", "", 0640, ""},
    {"etc/block", std::string(512, 'b'), 0644, ""},
};

TEST(TarArchiveTest, TarListsIt) {
  const absl::StatusOr<std::string> archive = TarArchive(kFiles);
  ASSERT_TRUE(archive.ok());
  EXPECT_EQ(
      Tar(*archive, {"--list", "--verbose", "--numeric-owner"}),
      "drwxr-xr-x 0/0               0 1970-01-01 00:00 bin/\n"
      "-rwxr-xr-x 0/0            1000 1970-01-01 00:00 bin/tool\n"
      "lrwxrwxrwx 0/0               0 1970-01-01 00:00 bin/alias -> tool\n"
      "-rw-r----- 0/0               0 1970-01-01 00:00 etc/empty\n"
      "-rw-r--r-- 0/0             512 1970-01-01 00:00 etc/block\n");
}

TEST(TarArchiveTest, TarReadsIt) {
  const absl::StatusOr<std::string> archive = TarArchive(kFiles);
  ASSERT_TRUE(archive.ok());
  EXPECT_EQ(Tar(*archive, {"--extract", "--to-stdout", "bin/tool"}),
            std::string(1000, 't'));
}

TEST(TarArchiveTest, SameFilesSameBytes) {
  EXPECT_EQ(*TarArchive(kFiles), *TarArchive(kFiles));
}

TEST(TarArchiveTest, LongPathsAreRefused) {
  EXPECT_TRUE(TarArchive({{std::string(100, 'p'), "", 0644, ""}}).ok());
  EXPECT_EQ(TarArchive({{std::string(101, 'p'), "", 0644, ""}}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace colocation::podman
