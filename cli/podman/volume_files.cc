#include "cli/podman/volume_files.h"

#include <map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "cli/podman/downward_api.h"

namespace colocation::podman {
namespace {

using ObjectMap = std::map<std::string, ObjectData, std::less<>>;

constexpr int kDefaultMode = 0644;

absl::Status Add(absl::string_view path, std::string content, int mode,
                 VolumeFiles* files) {
  bool inside = !path.empty() && !absl::StartsWith(path, "/");
  for (absl::string_view part : absl::StrSplit(path, '/')) {
    if (part == "..") inside = false;
  }
  // The names that AtomicDirectory uses itself.
  if (!inside || absl::StartsWith(path, "..")) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", path, "\" is no path inside a volume"));
  }
  files->insert_or_assign(std::string(path),
                          VolumeFile{std::move(content), mode});
  return absl::OkStatus();
}

// Adds `items` of the object, or all of it where there are none
// (k8s.io/kubernetes/pkg/volume/configmap/configmap.go, MakePayload).
template <typename Items>
absl::Status AddObject(const ObjectMap& objects, absl::string_view kind,
                       absl::string_view name, const Items& items,
                       bool optional, int default_mode, VolumeFiles* files) {
  const auto object = objects.find(name);
  if (object == objects.end()) {
    if (optional) return absl::OkStatus();
    return absl::NotFoundError(
        absl::StrCat(kind, " \"", name, "\" was not given"));
  }
  if (items.empty()) {
    for (const auto& [key, content] : object->second) {
      if (absl::Status status = Add(key, content, default_mode, files);
          !status.ok()) {
        return status;
      }
    }
    return absl::OkStatus();
  }
  for (const v1::KeyToPath& item : items) {
    const auto value = object->second.find(item.key());
    if (value == object->second.end()) {
      if (optional) continue;
      return absl::NotFoundError(absl::StrCat(
          kind, " \"", name, "\" has no key \"", item.key(), "\""));
    }
    if (absl::Status status =
            Add(item.path(), value->second,
                item.has_mode() ? item.mode() : default_mode, files);
        !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

template <typename Items>
absl::Status AddDownwardApi(const v1::Pod& pod, const Items& items,
                            int default_mode, VolumeFiles* files) {
  for (const v1::DownwardAPIVolumeFile& item : items) {
    absl::StatusOr<std::string> value =
        item.has_resource_field_ref()
            ? ResourceValue(pod, item.resource_field_ref(), "")
            : FieldValue(pod, item.field_ref().field_path());
    if (!value.ok()) return value.status();
    if (absl::Status status =
            Add(item.path(), *std::move(value),
                item.has_mode() ? item.mode() : default_mode, files);
        !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

absl::Status Below(absl::string_view field, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(),
                      absl::StrCat(field, ": ", status.message()));
}

template <typename Source>
int ModeOf(const Source& source) {
  return source.has_default_mode() ? source.default_mode() : kDefaultMode;
}

absl::Status AddProjection(const v1::Pod& pod, const v1::VolumeProjection& from,
                           const PodObjects& objects, int mode,
                           VolumeFiles* files) {
  if (from.has_config_map()) {
    const v1::ConfigMapProjection& source = from.config_map();
    return AddObject(objects.config_maps, "ConfigMap", source.name(),
                     source.items(), source.optional(), mode, files);
  }
  if (from.has_secret()) {
    const v1::SecretProjection& source = from.secret();
    return AddObject(objects.secrets, "Secret", source.name(), source.items(),
                     source.optional(), mode, files);
  }
  if (from.has_downward_api()) {
    return AddDownwardApi(pod, from.downward_api().items(), mode, files);
  }
  return absl::UnimplementedError(
      "only configMap, secret and downwardAPI can be projected here");
}

}  // namespace

bool HasFiles(const v1::Volume& volume) {
  return volume.has_config_map() || volume.has_secret() ||
         volume.has_downward_api() || volume.has_projected();
}

bool FollowsMetadata(const v1::Volume& volume) {
  if (volume.has_downward_api()) return true;
  for (const v1::VolumeProjection& source : volume.projected().sources()) {
    if (source.has_downward_api()) return true;
  }
  return false;
}

absl::StatusOr<VolumeFiles> FilesOf(const v1::Pod& pod,
                                    const v1::Volume& volume,
                                    const PodObjects& objects) {
  VolumeFiles files;
  absl::Status status;
  if (volume.has_config_map()) {
    const v1::ConfigMapVolumeSource& source = volume.config_map();
    status = Below(
        "configMap",
        AddObject(objects.config_maps, "ConfigMap", source.name(),
                  source.items(), source.optional(), ModeOf(source), &files));
  } else if (volume.has_secret()) {
    const v1::SecretVolumeSource& source = volume.secret();
    status =
        Below("secret", AddObject(objects.secrets, "Secret",
                                  source.secret_name(), source.items(),
                                  source.optional(), ModeOf(source), &files));
  } else if (volume.has_downward_api()) {
    const v1::DownwardAPIVolumeSource& source = volume.downward_api();
    status = Below("downwardAPI",
                   AddDownwardApi(pod, source.items(), ModeOf(source), &files));
  } else {
    const v1::ProjectedVolumeSource& source = volume.projected();
    for (int i = 0; i < source.sources_size() && status.ok(); ++i) {
      status = Below(absl::StrCat("projected.sources[", i, "]"),
                     AddProjection(pod, source.sources(i), objects,
                                   ModeOf(source), &files));
    }
  }
  if (!status.ok()) return status;
  return files;
}

}  // namespace colocation::podman
