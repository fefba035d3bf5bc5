#include "colocation/decode/field_table.h"

#include <google/protobuf/message.h>

#include <memory>
#include <mutex>
#include <shared_mutex>

#include "absl/strings/match.h"

namespace colocation {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

namespace {

// Where Tekton's CRDs have x-kubernetes-preserve-unknown-fields and say nothing
// of what is below (config/300-crds; parameters, which are no mappings with
// fields, aside).
bool IsKeptWhole(const FieldDescriptor& field) {
  struct Place {
    absl::string_view message;
    absl::string_view field;
  };
  static constexpr Place kPlaces[] = {
      {"PipelineRunSpec", "pipeline_spec"},
      {"PipelineTask", "pipeline_spec"},
      {"PipelineTask", "task_spec"},
      {"PodTemplate", "affinity"},
      {"PodTemplate", "security_context"},
      {"PodTemplate", "volumes"},
      {"TaskRunSpec", "task_spec"},
      {"TaskSpec", "volumes"},
      {"WorkspaceBinding", "volume_claim_template"},
  };
  for (const Place& place : kPlaces) {
    if (field.containing_type()->name() == place.message &&
        field.name() == place.field) {
      return true;
    }
  }
  return false;
}

}  // namespace

// Makes the tables of a type and of all it can contain, and keeps them.
class FieldTableRegistry {
 public:
  static FieldTableRegistry& Get() {
    static auto* const registry = new FieldTableRegistry;
    return *registry;
  }

  const FieldTable& For(const Descriptor* type) {
    {
      const std::shared_lock lock(mutex_);
      const auto found = tables_.find(type);
      if (found != tables_.end()) return *found->second;
    }
    const std::unique_lock lock(mutex_);
    return Make(type);
  }

 private:
  // About what an empty message of this type takes. Protobuf's own answer needs
  // reflection on map fields, which Debian's library doesn't stand under the
  // thread sanitizer.
  static size_t SizeOf(const Descriptor* type) {
    size_t bytes = 24;
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* field = type->field(i);
      bytes += field->is_map() ? 96 : field->is_repeated() ? 24 : 8;
    }
    return bytes;
  }

  // The caller holds mutex_, for this and for AddFields.
  const FieldTable& Make(const Descriptor* type) {
    std::unique_ptr<FieldTable>& slot = tables_[type];
    if (slot != nullptr) return *slot;
    slot = std::make_unique<FieldTable>();
    FieldTable& table = *slot;
    table.type_ = type;
    table.form_ = type->options().GetExtension(v1::form);
    table.message_bytes_ = sizeof(void*) + SizeOf(type);
    AddFields(type, nullptr, table);
    return table;
  }

  void AddFields(const Descriptor* type, const FieldDescriptor* via,
                 FieldTable& table) {
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* field = type->field(i);
      const auto& options = field->options();
      if (options.GetExtension(v1::hidden)) continue;
      if (options.GetExtension(v1::inlined)) {
        AddFields(field->message_type(), field, table);
        continue;
      }
      FieldInfo& info = table.fields_.emplace_back();
      info.field = field;
      info.via = via;
      info.format = options.GetExtension(v1::format);
      info.kept_whole = IsKeptWhole(*field);
      info.index = static_cast<int>(table.fields_.size()) - 1;
      const bool old = options.GetExtension(v1::v1beta1_only);
      if (!old) info.name = field->json_name();
      info.v1beta1_name = field->json_name();
      const std::string& alias = options.GetExtension(v1::v1beta1_name);
      if (!alias.empty()) {
        // The option's text lives as long as its descriptor.
        info.v1beta1_name = alias;
      }
      if (!old) table.v1_.emplace(info.name, &info);
      if (!options.GetExtension(v1::v1_only)) {
        table.v1beta1_.emplace(info.v1beta1_name, &info);
      }
      info.empty_flag =
          type->FindFieldByNumber(options.GetExtension(v1::empty_flag));
      const FieldDescriptor* value =
          field->is_map() ? field->message_type()->map_value() : field;
      if (value->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        info.table = &Make(value->message_type());
      }
    }
  }

  // Of the standard library, which the thread sanitizer understands
  // (CONTRIBUTING.md).
  std::shared_mutex mutex_;
  // Guarded by mutex_.
  absl::flat_hash_map<const Descriptor*, std::unique_ptr<FieldTable>> tables_;
};

const FieldTable& FieldTable::For(const Descriptor* type) {
  return FieldTableRegistry::Get().For(type);
}

const FieldInfo* FieldTable::Find(absl::string_view name,
                                  ApiVersion version) const {
  const auto& names = version == ApiVersion::kV1 ? v1_ : v1beta1_;
  const auto found = names.find(name);
  return found == names.end() ? nullptr : found->second;
}

const FieldInfo* FieldTable::FindInAnyCase(absl::string_view name,
                                           ApiVersion version) const {
  for (const FieldInfo& info : fields_) {
    if (absl::EqualsIgnoreCase(info.NameIn(version), name)) {
      return Find(info.NameIn(version), version);
    }
  }
  return nullptr;
}

std::vector<absl::string_view> FieldTable::Names(ApiVersion version) const {
  std::vector<absl::string_view> names;
  for (const FieldInfo& info : fields_) {
    if (!info.NameIn(version).empty()) names.push_back(info.NameIn(version));
  }
  return names;
}

}  // namespace colocation
