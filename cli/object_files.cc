#include "cli/object_files.h"

#include <yaml.h>

#include <string>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"

namespace colocation::cli {
namespace {

// What the root of a document says about itself.
struct Root {
  std::string api_version;
  std::string kind;

  bool IsObject() const {
    if (!api_version.empty() && !kind.empty()) return true;
    return absl::StrContains(api_version, "tekton") || kind == "Pipeline" ||
           kind == "Task" || kind == "StepAction" || kind == "PipelineRun" ||
           kind == "TaskRun";
  }
};

// Reads one document after the other from a parser's events.
class RootReader {
 public:
  // True once a document has turned out to be an object.
  bool Take(const yaml_event_t& event) {
    switch (event.type) {
      case YAML_DOCUMENT_START_EVENT:
        depth_ = 0;
        in_mapping_ = false;
        is_key_ = true;
        root_ = Root();
        return false;
      case YAML_DOCUMENT_END_EVENT:
        return root_.IsObject();
      case YAML_MAPPING_START_EVENT:
      case YAML_SEQUENCE_START_EVENT:
        if (depth_ == 0) in_mapping_ = event.type == YAML_MAPPING_START_EVENT;
        ++depth_;
        return false;
      case YAML_MAPPING_END_EVENT:
      case YAML_SEQUENCE_END_EVENT:
        --depth_;
        if (depth_ == 1) is_key_ = !is_key_;
        return false;
      case YAML_ALIAS_EVENT:
        if (depth_ == 1) is_key_ = !is_key_;
        return false;
      case YAML_SCALAR_EVENT:
        if (depth_ == 1 && in_mapping_) TakeScalar(event);
        return false;
      default:
        return false;
    }
  }

 private:
  void TakeScalar(const yaml_event_t& event) {
    std::string text(reinterpret_cast<const char*>(event.data.scalar.value),
                     event.data.scalar.length);
    if (is_key_) {
      key_ = std::move(text);
    } else if (key_ == "apiVersion") {
      root_.api_version = std::move(text);
    } else if (key_ == "kind") {
      root_.kind = std::move(text);
    }
    is_key_ = !is_key_;
  }

  Root root_;
  int depth_ = 0;
  bool in_mapping_ = false;
  bool is_key_ = true;
  std::string key_;
};

}  // namespace

bool HoldsObjects(absl::string_view text) {
  yaml_parser_t parser;
  if (yaml_parser_initialize(&parser) == 0) return true;
  const absl::Cleanup delete_parser = [&] { yaml_parser_delete(&parser); };
  yaml_parser_set_input_string(
      &parser, reinterpret_cast<const unsigned char*>(text.data()),
      text.size());
  RootReader reader;
  while (true) {
    yaml_event_t event;
    if (yaml_parser_parse(&parser, &event) == 0) return true;
    const absl::Cleanup delete_event = [&] { yaml_event_delete(&event); };
    if (reader.Take(event)) return true;
    if (event.type == YAML_STREAM_END_EVENT) return false;
  }
}

}  // namespace colocation::cli
