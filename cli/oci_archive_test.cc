#include "cli/oci_archive.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace colocation::cli {
namespace {

using testing::HasSubstr;

OciImage Image() {
  OciImage image;
  image.name = "registry.example.org/launcher:1.0";
  image.files = {{"launcher", "program", 0755, ""}};
  image.entrypoint = {"/launcher"};
  image.labels = {{"org.opencontainers.image.title", "a \"title\""}};
  image.architecture = "amd64";
  return image;
}

// The bytes of a file of the archive: its header is the block before.
std::string FileOf(const std::string& archive, const std::string& path) {
  constexpr size_t kBlock = 512;
  for (size_t at = 0; at + kBlock <= archive.size();) {
    const std::string name(archive.c_str() + at);
    const size_t size = std::stoul(archive.substr(at + 124, 11), nullptr, 8);
    if (name == path) return archive.substr(at + kBlock, size);
    if (name.empty()) break;
    at += kBlock + (size + kBlock - 1) / kBlock * kBlock;
  }
  ADD_FAILURE() << "no file " << path;
  return "";
}

// The digest that follows `key` in `json`.
std::string DigestAfter(const std::string& json, const std::string& key) {
  const size_t at = json.find("sha256:", json.find(key));
  return at == std::string::npos ? "" : json.substr(at + 7, 64);
}

TEST(OciArchiveTest, LeadsFromTheIndexToTheProgram) {
  const auto archive = OciArchive(Image());
  ASSERT_TRUE(archive.ok()) << archive.status();
  const auto blob = [&](const std::string& digest) {
    return FileOf(*archive, absl::StrCat("blobs/sha256/", digest));
  };
  const std::string index = FileOf(*archive, "index.json");
  EXPECT_THAT(index, HasSubstr("\"registry.example.org/launcher:1.0\""));
  const std::string manifest = blob(DigestAfter(index, "manifests"));
  const std::string config = blob(DigestAfter(manifest, "config"));
  EXPECT_THAT(config, HasSubstr("\"Entrypoint\":[\"/launcher\"]"));
  EXPECT_THAT(config, HasSubstr("\"architecture\":\"amd64\""));
  EXPECT_THAT(config, HasSubstr("\"a \\\"title\\\"\""));
  const std::string layer = DigestAfter(manifest, "layers");
  EXPECT_EQ(DigestAfter(config, "diff_ids"), layer);
  EXPECT_EQ(FileOf(blob(layer), "launcher"), "program");
}

// A tar archive without files has 1,024 zero bytes; the digest is sha256sum's.
TEST(OciArchiveTest, DigestsAreSha256) {
  OciImage image = Image();
  image.files = {};
  const auto archive = OciArchive(image);
  ASSERT_TRUE(archive.ok());
  EXPECT_EQ(
      FileOf(*archive,
             "blobs/sha256/"
             "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3"
             "c6ef"),
      std::string(1024, '\0'));
}

TEST(OciArchiveTest, IsTheSameEachTime) {
  EXPECT_EQ(*OciArchive(Image()), *OciArchive(Image()));
}

TEST(TaggedNameTest, HasATag) {
  EXPECT_EQ(*TaggedName("launcher", "1.0"), "launcher:1.0");
  EXPECT_EQ(*TaggedName("localhost:5000/launcher", "1.0"),
            "localhost:5000/launcher:1.0");
  EXPECT_EQ(*TaggedName("registry.example.org/a/b:2", "1.0"),
            "registry.example.org/a/b:2");
  for (const char* name : {"", "/a", "a/", "a//b", "a b", "a\"b", "-a", "a:"}) {
    EXPECT_FALSE(TaggedName(name, "1.0").ok()) << name;
  }
}

}  // namespace
}  // namespace colocation::cli
