#include "cli/podman/atomic_directory.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace colocation::podman {
namespace {

namespace fs = std::filesystem;

constexpr char kData[] = "..data";

absl::Status Failed(absl::string_view what, const std::error_code& error) {
  return absl::InternalError(absl::StrCat(what, ": ", error.message()));
}

absl::Status WriteFile(const fs::path& path, const VolumeFile& file) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) return Failed(path.parent_path().string(), error);
  std::ofstream out(path, std::ios::binary);
  out << file.content;
  out.close();
  if (!out) {
    return absl::InternalError(absl::StrCat(path.string(), ": no space"));
  }
  fs::permissions(path, static_cast<fs::perms>(file.mode), error);
  return error ? Failed(path.string(), error) : absl::OkStatus();
}

bool Holds(const fs::path& directory, const VolumeFiles& files) {
  std::error_code error;
  size_t found = 0;
  for (fs::recursive_directory_iterator it(directory, error), end;
       !error && it != end; it.increment(error)) {
    if (it->is_directory()) continue;
    const auto file =
        files.find(it->path().lexically_relative(directory).string());
    if (file == files.end()) return false;
    std::ifstream in(it->path(), std::ios::binary);
    const std::string content((std::istreambuf_iterator<char>(in)), {});
    if (!in || content != file->second.content) return false;
    ++found;
  }
  return !error && found == files.size();
}

}  // namespace

absl::Status WriteAtomically(const std::string& root,
                             const VolumeFiles& files) {
  const fs::path directory(root);
  const fs::path data = directory / kData;
  std::error_code error;
  const fs::path old = fs::read_symlink(data, error);
  if (!error && Holds(directory / old, files)) return absl::OkStatus();

  // Containers of any user may read it; who may read a file is the file's mode.
  std::string fresh = (directory / "..XXXXXX").string();
  if (mkdtemp(fresh.data()) == nullptr || chmod(fresh.c_str(), 0755) != 0) {
    return Failed(fresh, std::error_code(errno, std::generic_category()));
  }
  for (const auto& [path, file] : files) {
    if (absl::Status status = WriteFile(fs::path(fresh) / path, file);
        !status.ok()) {
      return status;
    }
  }
  const fs::path next = directory / "..data_tmp";
  fs::remove(next, error);
  fs::create_directory_symlink(fs::path(fresh).filename(), next, error);
  if (error) return Failed(next.string(), error);
  fs::rename(next, data, error);
  if (error) return Failed(data.string(), error);

  std::set<std::string> names;
  for (const auto& [path, file] : files) {
    names.insert(std::string(*absl::StrSplit(path, '/').begin()));
  }
  for (const std::string& name : names) {
    if (fs::symlink_status(directory / name).type() == fs::file_type::symlink) {
      continue;
    }
    fs::create_symlink(fs::path(kData) / name, directory / name, error);
    if (error) return Failed(name, error);
  }
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (name.substr(0, 2) != ".." && names.count(name) == 0) {
      fs::remove(entry.path(), error);
    }
  }
  if (!old.empty()) fs::remove_all(directory / old, error);
  return absl::OkStatus();
}

}  // namespace colocation::podman
