#include "cli/oci_archive.h"

#include <openssl/sha.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace colocation::cli {
namespace {

std::string Sha256(absl::string_view bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
         digest);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest), sizeof digest));
}

std::string Quoted(absl::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string Member(absl::string_view key, absl::string_view json) {
  return absl::StrCat(Quoted(key), ":", json);
}

template <typename Members>
std::string Object(const Members& members) {
  return absl::StrCat("{", absl::StrJoin(members, ","), "}");
}

std::string Object(std::initializer_list<std::string> members) {
  return absl::StrCat("{", absl::StrJoin(members, ","), "}");
}

std::string List(const std::vector<std::string>& texts) {
  return absl::StrCat("[",
                      absl::StrJoin(texts, ",",
                                    [](std::string* out, const std::string& t) {
                                      out->append(Quoted(t));
                                    }),
                      "]");
}

// A file of the layout, by its digest.
struct Blob {
  explicit Blob(std::string bytes)
      : content(std::move(bytes)), digest(Sha256(content)) {}

  std::string Path() const { return absl::StrCat("blobs/sha256/", digest); }
  // What refers to it.
  std::string Descriptor(absl::string_view media_type,
                         const std::string& annotations = "") const {
    std::vector<std::string> members = {
        Member("mediaType",
               Quoted(absl::StrCat("application/vnd.oci.image.", media_type))),
        Member("digest", Quoted(absl::StrCat("sha256:", digest))),
        Member("size", absl::StrCat(content.size()))};
    if (!annotations.empty()) {
      members.push_back(Member("annotations", annotations));
    }
    return Object(members);
  }

  std::string content;
  std::string digest;
};

std::string Config(const OciImage& image, const Blob& layer) {
  std::vector<std::string> labels;
  for (const auto& [key, value] : image.labels) {
    labels.push_back(Member(key, Quoted(value)));
  }
  return Object(
      {Member("architecture", Quoted(image.architecture)),
       Member("os", Quoted("linux")),
       Member("config", Object({Member("Entrypoint", List(image.entrypoint)),
                                Member("Labels", Object(labels))})),
       Member("rootfs",
              Object({Member("type", Quoted("layers")),
                      Member("diff_ids", List({absl::StrCat(
                                             "sha256:", layer.digest)}))}))});
}

}  // namespace

absl::StatusOr<std::string> OciArchive(const OciImage& image) {
  absl::StatusOr<std::string> tar = podman::TarArchive(image.files);
  if (!tar.ok()) return tar.status();
  const Blob layer(*std::move(tar));
  const Blob config(Config(image, layer));
  const Blob manifest(Object(
      {Member("schemaVersion", "2"),
       Member("mediaType",
              Quoted("application/vnd.oci.image.manifest.v1+json")),
       Member("config", config.Descriptor("config.v1+json")),
       Member("layers",
              absl::StrCat("[", layer.Descriptor("layer.v1.tar"), "]"))}));
  const std::string names =
      Object({Member("io.containerd.image.name", Quoted(image.name)),
              Member("org.opencontainers.image.ref.name", Quoted(image.name))});
  const std::string index = Object(
      {Member("schemaVersion", "2"),
       Member("mediaType", Quoted("application/vnd.oci.image.index.v1+json")),
       Member("manifests",
              absl::StrCat("[", manifest.Descriptor("manifest.v1+json", names),
                           "]"))});
  const std::string of_docker =
      absl::StrCat("[",
                   Object({Member("Config", Quoted(config.Path())),
                           Member("RepoTags", List({image.name})),
                           Member("Layers", List({layer.Path()}))}),
                   "]");

  std::vector<podman::ImageFile> files = {
      {"oci-layout", Object({Member("imageLayoutVersion", Quoted("1.0.0"))}),
       0644, ""},
      {"index.json", index, 0644, ""},
      {"manifest.json", of_docker, 0644, ""},
      {"blobs/", "", 0755, ""},
      {"blobs/sha256/", "", 0755, ""}};
  for (const Blob* blob : {&manifest, &config, &layer}) {
    files.push_back({blob->Path(), blob->content, 0644, ""});
  }
  return podman::TarArchive(files);
}

absl::StatusOr<std::string> TaggedName(absl::string_view name,
                                       absl::string_view tag) {
  const bool valid = !name.empty() && name.size() <= 255 &&
                     absl::ascii_isalnum(name.front()) &&
                     absl::ascii_isalnum(name.back()) &&
                     !absl::StrContains(name, "//") &&
                     std::all_of(name.begin(), name.end(), [](unsigned char c) {
                       return absl::ascii_isalnum(c) ||
                              absl::StrContains("./:_-", std::string(1, c));
                     });
  if (!valid) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", absl::CHexEscape(name),
                     "\" is no name of an image, such as "
                     "registry.example.org/ci/launcher:1.0"));
  }
  const absl::string_view last = name.substr(name.rfind('/') + 1);
  if (absl::StrContains(last, ":")) return std::string(name);
  return absl::StrCat(name, ":", tag);
}

}  // namespace colocation::cli
