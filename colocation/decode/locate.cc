#include "colocation/decode/locate.h"

#include <yaml.h>

#include <array>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "colocation/decode/source_text.h"

namespace colocation {
namespace {

// A field of v1 and what v1beta1 calls it; a text may have either.
struct Alias {
  absl::string_view name;
  absl::string_view v1beta1;
};

constexpr std::array<Alias, 7> kAliases = {{
    {"computeResources", "resources"},
    {"serviceAccountName", "taskServiceAccountName"},
    {"podTemplate", "taskPodTemplate"},
    {"stepSpecs", "stepOverrides"},
    {"sidecarSpecs", "sidecarOverrides"},
    {"timeouts", "timeout"},
    {"taskRunTemplate", ""},
}};

struct Range {
  Mark start;
  Mark end;
};

Mark ToMark(const yaml_mark_t& mark) {
  return {static_cast<int32_t>(mark.line), static_cast<int32_t>(mark.column)};
}

// One document of the text as libyaml's tree. Aliases are resolved by libyaml;
// merge keys are followed here.
class Tree {
 public:
  explicit Tree(yaml_document_t* document) : document_(document) {}

  // The place of `path` in the object that is `item` of a List, or the whole
  // document where `item` is negative.
  Range Find(int item, absl::string_view path) {
    yaml_node_t* node = yaml_document_get_root_node(document_);
    if (node == nullptr) return {};
    range_ = StartOf(node);
    if (item >= 0) {
      node = Step(node, absl::StrCat("items[", item, "]"));
      if (node == nullptr) return range_;
    }
    Step(node, path);
    return range_;
  }

 private:
  static Range StartOf(const yaml_node_t* node) {
    const Mark start = ToMark(node->start_mark);
    return {start, start};
  }

  static Range WholeOf(const yaml_node_t* node) {
    return {ToMark(node->start_mark), ToMark(node->end_mark)};
  }

  static absl::string_view Text(const yaml_node_t* node) {
    if (node->type != YAML_SCALAR_NODE) return {};
    return absl::string_view(
        reinterpret_cast<const char*>(node->data.scalar.value),
        node->data.scalar.length);
  }

  // Goes down as far as the path can be followed, and sets range_ to the place
  // reached. Null where a part of the path is missing.
  yaml_node_t* Step(yaml_node_t* node, absl::string_view path) {
    while (!path.empty()) {
      if (path[0] == '.') path.remove_prefix(1);
      if (path[0] == '[') {
        const size_t close = path.find(']');
        int index = 0;
        if (close == absl::string_view::npos ||
            node->type != YAML_SEQUENCE_NODE ||
            !absl::SimpleAtoi(path.substr(1, close - 1), &index)) {
          return nullptr;
        }
        const auto& items = node->data.sequence.items;
        if (index < 0 || index >= items.top - items.start) return nullptr;
        node = yaml_document_get_node(document_, items.start[index]);
        path.remove_prefix(close + 1);
        range_ = node->type == YAML_SCALAR_NODE ? WholeOf(node) : StartOf(node);
        continue;
      }
      if (node->type != YAML_MAPPING_NODE) return nullptr;
      yaml_node_t* key = nullptr;
      size_t length = 0;
      yaml_node_t* value = Member(node, path, 0, &key, &length);
      if (value == nullptr) {
        // Perhaps under the name that v1beta1 has for it.
        const size_t end = std::min(path.find_first_of(".["), path.size());
        const Alias* alias = nullptr;
        for (const Alias& candidate : kAliases) {
          if (candidate.name == path.substr(0, end)) alias = &candidate;
        }
        if (alias == nullptr) return nullptr;
        length = end;
        if (alias->v1beta1.empty()) {  // It stands one level higher there.
          path.remove_prefix(length);
          continue;
        }
        size_t ignored = 0;
        value = Member(node, alias->v1beta1, 0, &key, &ignored);
        if (value == nullptr) return nullptr;
      }
      path.remove_prefix(length);
      node = value;
      range_ = path.empty() && value->type == YAML_SCALAR_NODE &&
                       value->data.scalar.length > 0
                   ? WholeOf(value)
                   : WholeOf(key);
    }
    return node;
  }

  // The value of the longest key that the path begins with. A key may hold dots
  // ("app.kubernetes.io/name"), so that the path alone doesn't tell.
  yaml_node_t* Member(yaml_node_t* node, absl::string_view path, int depth,
                      yaml_node_t** key, size_t* length) {
    yaml_node_t* found = nullptr;
    *length = 0;
    const auto& pairs = node->data.mapping.pairs;
    for (auto* pair = pairs.start; pair < pairs.top; ++pair) {
      yaml_node_t* candidate = yaml_document_get_node(document_, pair->key);
      const absl::string_view name = Text(candidate);
      if (name.empty() || name.size() < *length ||
          !absl::StartsWith(path, name)) {
        continue;
      }
      const absl::string_view rest = path.substr(name.size());
      if (!rest.empty() && rest[0] != '.' && rest[0] != '[') continue;
      *key = candidate;
      *length = name.size();
      found = yaml_document_get_node(document_, pair->value);
    }
    if (found != nullptr || depth > 100) return found;
    for (auto* pair = pairs.start; pair < pairs.top && found == nullptr;
         ++pair) {
      if (Text(yaml_document_get_node(document_, pair->key)) != "<<") continue;
      yaml_node_t* merged = yaml_document_get_node(document_, pair->value);
      if (merged->type == YAML_MAPPING_NODE) {
        found = Member(merged, path, depth + 1, key, length);
      } else if (merged->type == YAML_SEQUENCE_NODE) {
        const auto& items = merged->data.sequence.items;
        for (auto* item = items.start; item < items.top && found == nullptr;
             ++item) {
          yaml_node_t* one = yaml_document_get_node(document_, *item);
          if (one->type == YAML_MAPPING_NODE) {
            found = Member(one, path, depth + 1, key, length);
          }
        }
      }
    }
    return found;
  }

  yaml_document_t* document_;
  Range range_;
};

bool Concerns(const v1::Origin& origin, bool has_position,
              absl::string_view name) {
  return !has_position && origin.file() == name;
}

}  // namespace

void LocateDiagnostics(absl::string_view name, absl::string_view text,
                       DiagnosticList* diagnostics) {
  std::vector<v1::Diagnostic*> open;
  std::vector<v1::RelatedPlace*> related;
  for (v1::Diagnostic& d : diagnostics->mutable_diagnostics()) {
    if (Concerns(d.origin(), d.has_position(), name)) open.push_back(&d);
    for (v1::RelatedPlace& place : *d.mutable_related()) {
      if (Concerns(place.origin(), place.has_position(), name))
        related.push_back(&place);
    }
  }
  if (open.empty() && related.empty()) return;
  yaml_parser_t parser;
  yaml_parser_initialize(&parser);
  const char* data = text.data() == nullptr ? "" : text.data();
  yaml_parser_set_input_string(
      &parser, reinterpret_cast<const unsigned char*>(data), text.size());
  for (int index = 0;; ++index) {
    yaml_document_t document;
    if (!yaml_parser_load(&parser, &document)) break;
    const bool end = yaml_document_get_root_node(&document) == nullptr;
    if (!end) {
      Tree tree(&document);
      const auto find = [&](const v1::Origin& origin, absl::string_view path) {
        return tree.Find(origin.has_item() ? origin.item() : -1, path);
      };
      for (v1::Diagnostic* d : open) {
        if (d->origin().document() != index) continue;
        const Range range = find(d->origin(), d->path());
        SetPosition(text, range.start, range.end, d);
      }
      for (v1::RelatedPlace* place : related) {
        if (place->origin().document() != index) continue;
        const Range range = find(place->origin(), place->path());
        *place->mutable_position() = ToPosition(name, range.start, range.end);
      }
    }
    yaml_document_delete(&document);
    if (end) break;
  }
  yaml_parser_delete(&parser);
}

}  // namespace colocation
