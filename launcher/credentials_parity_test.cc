// The launcher leaves the files that Tekton's own code left, for the Secrets of
// tests/parity/golden/credentials.jsonl (tests/parity/tekton_oracle/credentials
// makes it).
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "launcher/credentials.h"
#include "launcher/files.h"
#include "launcher/users_files.h"

namespace colocation::launcher {
namespace {

using google::protobuf::Struct;

constexpr char kCases[] = "tests/parity/golden/credentials.jsonl";

const std::map<std::string, CredentialKind> kKinds = {
    {"BASIC_GIT", CredentialKind::kBasicGit},
    {"SSH_GIT", CredentialKind::kSshGit},
    {"BASIC_DOCKER", CredentialKind::kBasicDocker},
    {"DOCKER_CONFIG_JSON", CredentialKind::kDockerConfigJson},
    {"DOCKERCFG", CredentialKind::kDockercfg},
};

std::string Text(const Struct& object, const std::string& key) {
  const auto found = object.fields().find(key);
  return found == object.fields().end() ? "" : found->second.string_value();
}

using Files = std::map<std::string, std::string>;

void AddFiles(const std::string& directory, Files* files) {
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.is_directory()) continue;
    (*files)[entry.path().lexically_relative(directory)] =
        ReadFile(entry.path()).value_or("");
  }
}

// The directory's own path as it is in the record.
std::string WithoutPath(std::string text, const std::string& directory) {
  for (size_t at = 0; (at = text.find(directory, at)) != text.npos;) {
    text.replace(at, directory.size(), "DIR");
  }
  return text;
}

void Check(const Struct& recorded, const std::string& root) {
  const CredentialPaths paths = {
      root + "/secrets", root + "/creds", root + "/home", {}};
  LaunchSpec spec;
  for (const auto& one :
       recorded.fields().at("credentials").list_value().values()) {
    const Struct& credential = one.struct_value();
    spec.credentials.push_back({kKinds.at(Text(credential, "kind")),
                                Text(credential, "secret"),
                                Text(credential, "url")});
  }
  for (const auto& [name, keys] :
       recorded.fields().at("secrets").struct_value().fields()) {
    const std::string secret = paths.secrets + "/" + name;
    ASSERT_TRUE(MakeDirectories(secret, 0755));
    for (const auto& [key, content] : keys.struct_value().fields()) {
      ASSERT_TRUE(WriteFile(secret + "/" + key, content.string_value(), 0644));
    }
  }
  ASSERT_TRUE(MakeDirectories(paths.directory, 0755));
  ASSERT_TRUE(MakeDirectories(paths.home, 0755));

  std::string error;
  testing::internal::CaptureStderr();
  const bool written = WriteCredentials(spec, paths, &error);
  testing::internal::GetCapturedStderr();
  EXPECT_EQ(!written, recorded.fields().contains("fails")) << error;
  if (!written) return;
  Files expected;
  const auto files = recorded.fields().find("files");
  if (files != recorded.fields().end()) {
    for (const auto& [name, content] : files->second.struct_value().fields()) {
      expected[name] = content.string_value();
    }
  }
  for (const std::string& directory : {paths.directory, paths.home}) {
    Files found;
    AddFiles(directory, &found);
    for (auto& [name, content] : found) {
      content = WithoutPath(content, paths.directory);
    }
    EXPECT_EQ(found, expected);
  }
}

TEST(CredentialsParityTest, FilesAreThoseOfTekton) {
  std::ifstream cases(kCases);
  ASSERT_TRUE(cases) << kCases;
  int count = 0;
  for (std::string line; std::getline(cases, line); ++count) {
    SCOPED_TRACE(line);
    Struct recorded;
    ASSERT_TRUE(
        google::protobuf::util::JsonStringToMessage(line, &recorded).ok());
    std::string root = testing::TempDir() + "parity-XXXXXX";
    ASSERT_NE(mkdtemp(root.data()), nullptr);
    Check(recorded, root);
    EmptyUsersDirectory(root);
    rmdir(root.c_str());
  }
  EXPECT_GT(count, 300);
}

}  // namespace
}  // namespace colocation::launcher
