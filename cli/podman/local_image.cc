#include "cli/podman/local_image.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "cli/podman/descriptor.h"

namespace colocation::podman {
namespace {

constexpr size_t kBlock = 512;
constexpr absl::string_view kContentLabel = "colocation.content";

// IEEE Std 1003.1-1988, 10.1.1.
struct TarHeader {
  char name[100];
  char mode[8];
  char uid[8];
  char gid[8];
  char size[12];
  char mtime[12];
  char checksum[8];
  char type;
  char link[100];
  char magic[6];
  char version[2];
  char rest[247];
};
static_assert(sizeof(TarHeader) == kBlock);

void Pad(std::string* archive) {
  archive->append((kBlock - archive->size() % kBlock) % kBlock, '\0');
}

// FNV-1a: tells contents of one name apart; nobody is kept from forging it.
uint64_t Fingerprint(absl::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const unsigned char c : text) hash = (hash ^ c) * 0x100000001b3;
  return hash;
}

}  // namespace

absl::StatusOr<std::string> TarArchive(const std::vector<ImageFile>& files) {
  std::string archive;
  for (const ImageFile& file : files) {
    TarHeader header = {};
    if (file.path.size() > sizeof header.name ||
        file.link_target.size() > sizeof header.link) {
      return absl::InvalidArgumentError(
          absl::StrCat("path too long for an image: ", file.path));
    }
    const bool link = !file.link_target.empty();
    const bool directory = absl::EndsWith(file.path, "/");
    std::memcpy(header.name, file.path.data(), file.path.size());
    std::memcpy(header.link, file.link_target.data(), file.link_target.size());
    absl::SNPrintF(header.mode, sizeof header.mode, "%07o", file.mode);
    std::memcpy(header.uid, "0000000", 7);
    std::memcpy(header.gid, "0000000", 7);
    absl::SNPrintF(header.size, sizeof header.size, "%011o",
                   file.content.size());
    std::memcpy(header.mtime, "00000000000", 11);
    std::memcpy(header.magic, "ustar", 5);
    std::memcpy(header.version, "00", 2);
    header.type = link ? '2' : directory ? '5' : '0';
    std::memset(header.checksum, ' ', sizeof header.checksum);
    unsigned sum = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(&header);
    for (size_t i = 0; i < sizeof header; ++i) sum += bytes[i];
    absl::SNPrintF(header.checksum, sizeof header.checksum, "%06o", sum);
    archive.append(reinterpret_cast<const char*>(&header), sizeof header);
    archive.append(file.content);
    Pad(&archive);
  }
  archive.append(2 * kBlock, '\0');
  return archive;
}

namespace {

// Held while an image is made, so that programs that start at the same time
// make it once: the second would take the first one's name away while that
// creates a container of it. One for each user, as storages are; without it
// where it can't be had.
Descriptor LockImages() {
  const std::string path =
      absl::StrCat("/tmp/colocation-images-", geteuid(), ".lock");
  Descriptor lock(
      open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600));
  while (lock.get() >= 0 && flock(lock.get(), LOCK_EX) != 0 && errno == EINTR) {
  }
  return lock;
}

// Whether podman has an image of that name with this content. `old_id` becomes
// that of one with another.
absl::StatusOr<bool> HasImage(const Podman& podman, const std::string& name,
                              const std::string& fingerprint,
                              std::string* old_id) {
  const absl::StatusOr<api::Image> found = podman.InspectImage(name);
  if (absl::IsNotFound(found.status())) return false;
  if (!found.ok()) return found.status();
  const auto label = found->labels().find(std::string(kContentLabel));
  if (label != found->labels().end() && label->second == fingerprint) {
    return true;
  }
  *old_id = found->id();
  return false;
}

}  // namespace

absl::Status EnsureImage(const Podman& podman, const LocalImage& image) {
  absl::StatusOr<std::string> archive = TarArchive(image.files);
  if (!archive.ok()) return archive.status();
  std::vector<std::string> changes;
  if (!image.entrypoint.empty()) {
    changes.push_back(absl::StrCat(
        "ENTRYPOINT [\"", absl::StrJoin(image.entrypoint, "\",\""), "\"]"));
  }
  const std::string fingerprint = absl::StrFormat(
      "%016x",
      Fingerprint(absl::StrCat(*archive, absl::StrJoin(changes, "\n"))));
  changes.push_back(absl::StrCat("LABEL ", kContentLabel, "=", fingerprint));

  const Descriptor lock = LockImages();
  std::string old_id;
  const absl::StatusOr<bool> there =
      HasImage(podman, image.name, fingerprint, &old_id);
  if (!there.ok()) return there.status();
  if (*there) return absl::OkStatus();
  if (absl::Status status = podman.ImportImage(image.name, *archive, changes);
      !status.ok()) {
    return status;
  }
  // The old one has lost its name; it stays where a container still uses it.
  if (!old_id.empty()) podman.RemoveImage(old_id).IgnoreError();
  return absl::OkStatus();
}

}  // namespace colocation::podman
