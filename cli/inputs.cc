#include "cli/inputs.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <system_error>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "cli/object_files.h"

namespace colocation::cli {
namespace {

namespace fs = std::filesystem;

constexpr char kStandardInput[] = "<stdin>";

// More than the default limit on the input of a plan: enough for that limit to
// be what speaks, and an end for /dev/zero.
constexpr size_t kMostBytes = size_t{256} << 20;

absl::Status Unreadable(const std::string& path, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("cannot read ", path, ": ", why));
}

absl::StatusOr<std::string> ReadStream(const std::string& name,
                                       std::istream& in) {
  std::string content;
  char buffer[64 * 1024];
  errno = 0;
  while (in.read(buffer, sizeof buffer) || in.gcount() > 0) {
    content.append(buffer, in.gcount());
    if (content.size() > kMostBytes) return Unreadable(name, "it is too large");
  }
  if (in.bad()) return Unreadable(name, std::strerror(errno));
  return content;
}

bool IsObjectFile(const fs::path& path) {
  const std::string extension = path.extension();
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

absl::StatusOr<std::vector<std::string>> FilesBelow(
    const std::string& directory) {
  std::vector<std::string> files;
  std::error_code error;
  fs::recursive_directory_iterator entry(directory, error);
  for (; !error && entry != fs::recursive_directory_iterator();
       entry.increment(error)) {
    const std::string name = entry->path().filename();
    std::error_code ignored;
    if (entry->is_directory(ignored)) {
      if (name == ".git") entry.disable_recursion_pending();
    } else if (IsObjectFile(entry->path())) {
      files.push_back(entry->path());
    }
  }
  if (error) return Unreadable(directory, error.message());
  absl::c_sort(files);
  if (files.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "no *.yaml, *.yml or *.json is in the directory ", directory));
  }
  return files;
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) return Unreadable(path, std::strerror(errno));
  return ReadStream(path, in);
}

absl::StatusOr<Inputs> ReadInputs(absl::Span<const std::string> operands,
                                  std::istream& standard_input) {
  Inputs inputs;
  std::set<std::string> known;
  const auto add = [&](const std::string& name, std::string content) {
    v1::Document& document = inputs.documents.emplace_back();
    document.set_name(name);
    document.set_content(std::move(content));
  };
  const auto add_file = [&](const std::string& path,
                            bool named) -> absl::Status {
    std::error_code error;
    const std::string real = fs::canonical(path, error);
    if (!error && !known.insert(real).second) return absl::OkStatus();
    absl::StatusOr<std::string> content = ReadFile(path);
    if (!content.ok()) return content.status();
    if (!named && !HoldsObjects(*content)) {
      ++inputs.passed_over;
      return absl::OkStatus();
    }
    add(path, *std::move(content));
    return absl::OkStatus();
  };
  for (const std::string& operand : operands) {
    std::error_code error;
    if (operand == "-") {
      if (!known.insert(operand).second) continue;
      absl::StatusOr<std::string> content =
          ReadStream(kStandardInput, standard_input);
      if (!content.ok()) return content.status();
      add(kStandardInput, *std::move(content));
    } else if (fs::is_directory(operand, error)) {
      const absl::StatusOr<std::vector<std::string>> files =
          FilesBelow(operand);
      if (!files.ok()) return files.status();
      const size_t before = known.size();
      for (const std::string& file : *files) {
        if (absl::Status status = add_file(file, /*named=*/false);
            !status.ok()) {
          return status;
        }
      }
      if (inputs.documents.empty() && known.size() > before) {
        return absl::InvalidArgumentError(absl::StrCat(
            "no object with apiVersion and kind is in the directory ",
            operand));
      }
    } else if (absl::Status status = add_file(operand, /*named=*/true);
               !status.ok()) {
      return status;
    }
  }
  return inputs;
}

}  // namespace colocation::cli
