#include "cli/config_objects.h"

#include <yaml.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "cli/inputs.h"

namespace colocation::cli {
namespace {

namespace fs = std::filesystem;

// One YAML document as libyaml's tree.
class Tree {
 public:
  Tree(const std::string& file, yaml_document_t* document,
       podman::PodObjects* objects)
      : file_(file), document_(document), objects_(objects) {}

  absl::Status AddAll() { return Add(yaml_document_get_root_node(document_)); }

 private:
  static std::string Text(const yaml_node_t* node) {
    if (node == nullptr || node->type != YAML_SCALAR_NODE) return "";
    return std::string(reinterpret_cast<const char*>(node->data.scalar.value),
                       node->data.scalar.length);
  }

  const yaml_node_t* Member(const yaml_node_t* node,
                            absl::string_view key) const {
    if (node == nullptr || node->type != YAML_MAPPING_NODE) return nullptr;
    for (const yaml_node_pair_t* pair = node->data.mapping.pairs.start;
         pair != node->data.mapping.pairs.top; ++pair) {
      if (Text(yaml_document_get_node(document_, pair->key)) == key) {
        return yaml_document_get_node(document_, pair->value);
      }
    }
    return nullptr;
  }

  absl::Status Add(const yaml_node_t* object) {
    const std::string kind = Text(Member(object, "kind"));
    if (Text(Member(object, "apiVersion")) != "v1") return absl::OkStatus();
    if (kind == "ConfigMap" || kind == "Secret") {
      const bool secret = kind == "Secret";
      const std::string name = Text(Member(Member(object, "metadata"), "name"));
      podman::ObjectData data;
      absl::Status status = AddMembers(object, "data", secret, &data);
      status.Update(secret ? AddMembers(object, "stringData", false, &data)
                           : AddMembers(object, "binaryData", true, &data));
      if (!status.ok()) return status;
      (secret ? objects_->secrets : objects_->config_maps)[name] =
          std::move(data);
      return absl::OkStatus();
    }
    if (!absl::EndsWith(kind, "List")) return absl::OkStatus();
    const yaml_node_t* items = Member(object, "items");
    if (items == nullptr || items->type != YAML_SEQUENCE_NODE) {
      return absl::OkStatus();
    }
    for (const yaml_node_item_t* item = items->data.sequence.items.start;
         item != items->data.sequence.items.top; ++item) {
      // A List has no Lists in it, so this goes no deeper.
      const yaml_node_t* inner = yaml_document_get_node(document_, *item);
      if (absl::EndsWith(Text(Member(inner, "kind")), "List")) continue;
      if (absl::Status status = Add(inner); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status AddMembers(const yaml_node_t* object, absl::string_view field,
                          bool base64, podman::ObjectData* data) const {
    const yaml_node_t* members = Member(object, field);
    if (members == nullptr || members->type != YAML_MAPPING_NODE) {
      return absl::OkStatus();
    }
    for (const yaml_node_pair_t* pair = members->data.mapping.pairs.start;
         pair != members->data.mapping.pairs.top; ++pair) {
      const std::string key =
          Text(yaml_document_get_node(document_, pair->key));
      const yaml_node_t* value = yaml_document_get_node(document_, pair->value);
      std::string content = Text(value);
      // A block of base64 may be wrapped.
      if (base64 && !absl::Base64Unescape(
                        absl::StrReplaceAll(content, {{"\n", ""}}), &content)) {
        return absl::InvalidArgumentError(
            absl::StrCat(file_, ":", value->start_mark.line + 1, ":",
                         value->start_mark.column + 1, ": ", field, ".", key,
                         ": this is not base64"));
      }
      (*data)[key] = std::move(content);
    }
    return absl::OkStatus();
  }

  const std::string& file_;
  yaml_document_t* document_;
  podman::PodObjects* objects_;
};

}  // namespace

absl::Status AddConfigObjects(const v1::Document& document,
                              podman::PodObjects* objects) {
  const std::string& text = document.content();
  // Most texts have none, and need not be read once more.
  if (!absl::StrContains(text, "ConfigMap") &&
      !absl::StrContains(text, "Secret")) {
    return absl::OkStatus();
  }
  yaml_parser_t parser;
  if (yaml_parser_initialize(&parser) == 0) {
    return absl::ResourceExhaustedError("out of memory");
  }
  const absl::Cleanup delete_parser = [&] { yaml_parser_delete(&parser); };
  yaml_parser_set_input_string(
      &parser, reinterpret_cast<const unsigned char*>(text.data()),
      text.size());
  while (true) {
    yaml_document_t tree;
    if (yaml_parser_load(&parser, &tree) == 0) return absl::OkStatus();
    const absl::Cleanup delete_tree = [&] { yaml_document_delete(&tree); };
    if (yaml_document_get_root_node(&tree) == nullptr) return absl::OkStatus();
    absl::Status status = Tree(document.name(), &tree, objects).AddAll();
    if (!status.ok()) return status;
  }
}

absl::StatusOr<podman::ObjectData> ReadObjectData(
    const std::string& directory) {
  podman::ObjectData data;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error);
       !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (!entry->is_regular_file(error)) continue;
    absl::StatusOr<std::string> content = ReadFile(entry->path());
    if (!content.ok()) return content.status();
    data[entry->path().filename()] = *std::move(content);
  }
  if (error) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot read ", directory, ": ", error.message()));
  }
  return data;
}

}  // namespace colocation::cli
