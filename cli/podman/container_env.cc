#include "cli/podman/container_env.h"

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "cli/podman/downward_api.h"

namespace colocation::podman {
namespace {

using ObjectMap = std::map<std::string, ObjectData, std::less<>>;

// The value of `key` in the object `name`; nothing where it is missing and may
// be.
absl::StatusOr<std::optional<std::string>> KeyOf(const ObjectMap& objects,
                                                 absl::string_view kind,
                                                 absl::string_view name,
                                                 absl::string_view key,
                                                 bool optional) {
  const auto object = objects.find(name);
  if (object == objects.end()) {
    if (optional) return std::nullopt;
    return absl::NotFoundError(
        absl::StrCat(kind, " \"", name, "\" was not given"));
  }
  const auto value = object->second.find(key);
  if (value == object->second.end()) {
    if (optional) return std::nullopt;
    return absl::NotFoundError(
        absl::StrCat(kind, " \"", name, "\" has no key \"", key, "\""));
  }
  return value->second;
}

absl::StatusOr<std::optional<std::string>> ValueFrom(
    const v1::Pod& pod, const v1::Container& container,
    const PodObjects& objects, const v1::EnvVarSource& source) {
  if (source.has_field_ref()) {
    return FieldValue(pod, source.field_ref().field_path());
  }
  if (source.has_resource_field_ref()) {
    return ResourceValue(pod, source.resource_field_ref(), container.name());
  }
  if (source.has_config_map_key_ref()) {
    const v1::ConfigMapKeySelector& ref = source.config_map_key_ref();
    return KeyOf(objects.config_maps, "ConfigMap", ref.name(), ref.key(),
                 ref.optional());
  }
  if (source.has_secret_key_ref()) {
    const v1::SecretKeySelector& ref = source.secret_key_ref();
    return KeyOf(objects.secrets, "Secret", ref.name(), ref.key(),
                 ref.optional());
  }
  return absl::UnimplementedError("this kind of source is not supported here");
}

absl::Status AddAll(const ObjectMap& objects, absl::string_view kind,
                    absl::string_view name, bool optional,
                    absl::string_view prefix, Variables* variables) {
  const auto object = objects.find(name);
  if (object == objects.end()) {
    if (optional) return absl::OkStatus();
    return absl::NotFoundError(
        absl::StrCat(kind, " \"", name, "\" was not given"));
  }
  for (const auto& [key, value] : object->second) {
    variables->insert_or_assign(absl::StrCat(prefix, key), value);
  }
  return absl::OkStatus();
}

absl::Status At(absl::string_view list, int index, absl::string_view field,
                const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(list, "[", index, "]", field,
                                                  ": ", status.message()));
}

}  // namespace

absl::StatusOr<Variables> ContainerEnv(const v1::Pod& pod,
                                       const v1::Container& container,
                                       const PodObjects& objects) {
  Variables variables;
  for (int i = 0; i < container.env_from_size(); ++i) {
    const v1::EnvFromSource& from = container.env_from(i);
    absl::Status status;
    if (from.has_config_map_ref()) {
      status =
          AddAll(objects.config_maps, "ConfigMap", from.config_map_ref().name(),
                 from.config_map_ref().optional(), from.prefix(), &variables);
    }
    if (status.ok() && from.has_secret_ref()) {
      status = AddAll(objects.secrets, "Secret", from.secret_ref().name(),
                      from.secret_ref().optional(), from.prefix(), &variables);
    }
    if (!status.ok()) return At("envFrom", i, "", status);
  }
  for (int i = 0; i < container.env_size(); ++i) {
    const v1::EnvVar& var = container.env(i);
    if (!var.has_value_from()) {
      std::string value = Expand(var.value(), variables);
      variables.insert_or_assign(var.name(), std::move(value));
      continue;
    }
    absl::StatusOr<std::optional<std::string>> value =
        ValueFrom(pod, container, objects, var.value_from());
    if (!value.ok()) return At("env", i, ".valueFrom", value.status());
    // A missing optional source leaves what an earlier entry set.
    if (value->has_value()) {
      variables.insert_or_assign(var.name(), **std::move(value));
    }
  }
  return variables;
}

}  // namespace colocation::podman
