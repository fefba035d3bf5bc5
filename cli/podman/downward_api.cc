#include "cli/podman/downward_api.h"

#include <map>
#include <optional>
#include <utility>

#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "colocation/syntax/quantity.h"

namespace colocation::podman {
namespace {

// The node is this machine, seen from a Pod in its network.
constexpr absl::string_view kHostIp = "127.0.0.1";

using StringMap = google::protobuf::Map<std::string, std::string>;

// Sorted, so that the order of a hash map decides nothing.
std::string AllEntries(const StringMap& map) {
  std::string result;
  for (const auto& [key, value] :
       std::map<std::string, std::string>(map.begin(), map.end())) {
    absl::StrAppend(&result, result.empty() ? "" : "\n", key, "=\"",
                    absl::Utf8SafeCEscape(value), "\"");
  }
  return result;
}

// "KEY" of "['KEY']".
std::optional<std::string> Subscript(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, "['") || !absl::ConsumeSuffix(&text, "']")) {
    return std::nullopt;
  }
  return std::string(text);
}

std::optional<std::string> FromMap(const StringMap& map,
                                   absl::string_view rest) {
  if (rest.empty()) return AllEntries(map);
  const std::optional<std::string> key = Subscript(rest);
  if (!key.has_value()) return std::nullopt;
  const auto found = map.find(*key);
  return found == map.end() ? "" : found->second;
}

template <typename Containers>
const v1::Container* Find(const Containers& containers,
                          absl::string_view name) {
  for (const v1::Container& container : containers) {
    if (container.name() == name) return &container;
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<std::string> FieldValue(const v1::Pod& pod,
                                       absl::string_view field_path) {
  const v1::ObjectMeta& metadata = pod.metadata();
  std::optional<std::string> value;
  absl::string_view rest = field_path;
  if (field_path == "metadata.name") {
    value = metadata.name();
  } else if (field_path == "metadata.namespace") {
    value = metadata.has_namespace_() ? metadata.namespace_() : "default";
  } else if (field_path == "metadata.uid") {
    value = metadata.uid();
  } else if (absl::ConsumePrefix(&rest, "metadata.labels")) {
    value = FromMap(metadata.labels(), rest);
  } else if (absl::ConsumePrefix(&rest, "metadata.annotations")) {
    value = FromMap(metadata.annotations(), rest);
  } else if (field_path == "spec.nodeName") {
    value = pod.spec().has_node_name() ? pod.spec().node_name() : "localhost";
  } else if (field_path == "spec.serviceAccountName") {
    value = pod.spec().has_service_account_name()
                ? pod.spec().service_account_name()
                : "default";
  } else if (field_path == "status.hostIP" || field_path == "status.hostIPs" ||
             field_path == "status.podIP" || field_path == "status.podIPs") {
    value = std::string(kHostIp);
  }
  if (!value.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("no field \"", field_path, "\" can be referred to"));
  }
  return *std::move(value);
}

absl::StatusOr<std::string> ResourceValue(const v1::Pod& pod,
                                          const v1::ResourceFieldSelector& ref,
                                          absl::string_view own_container) {
  const absl::string_view name =
      ref.has_container_name() ? ref.container_name() : own_container;
  const v1::Container* container = Find(pod.spec().containers(), name);
  if (container == nullptr) {
    container = Find(pod.spec().init_containers(), name);
  }
  if (container == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("no container \"", name, "\" to take a resource from"));
  }
  absl::string_view resource = ref.resource();
  const bool limit = absl::ConsumePrefix(&resource, "limits.");
  if (!limit && !absl::ConsumePrefix(&resource, "requests.")) {
    return absl::InvalidArgumentError(
        absl::StrCat("no resource \"", ref.resource(), "\""));
  }
  const StringMap& quantities = limit ? container->resources().limits()
                                      : container->resources().requests();
  const auto found = quantities.find(std::string(resource));
  if (found == quantities.end() && limit) {
    return absl::InvalidArgumentError(absl::StrCat(
        "container \"", name, "\" has no limit for \"", resource, "\""));
  }
  const auto quantity =
      Quantity::Parse(found == quantities.end() ? "0" : found->second);
  // Zero, like nothing, stands for one.
  const auto divisor = Quantity::Parse(ref.has_divisor() ? ref.divisor() : "1");
  if (!quantity.has_value() || !divisor.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", ref.resource(), "\" is no quantity"));
  }
  const absl::int128 unit =
      divisor->is_zero() ? absl::int128(1'000'000'000) : divisor->nanos();
  if (unit < 0 || quantity->nanos() < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", ref.resource(), "\" is negative"));
  }
  const absl::int128 units = (quantity->nanos() + unit - 1) / unit;
  return absl::StrCat(static_cast<int64_t>(units));
}

}  // namespace colocation::podman
