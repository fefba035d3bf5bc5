#include "colocation/plan/own_fields.h"

#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "colocation/resolve/pipeline_label.h"
#include "colocation/syntax/names.h"

namespace colocation {
namespace {

constexpr absl::string_view kTaskRunUid = "tekton.dev/taskRunUID";

// "metadata.labels['KEY']" or "metadata.annotations['KEY']"; without a key, all
// of them.
struct MetadataField {
  bool labels = false;
  std::string key;
};

std::optional<MetadataField> ParseField(absl::string_view field) {
  MetadataField parsed;
  parsed.labels = absl::ConsumePrefix(&field, "metadata.labels");
  if (!parsed.labels && !absl::ConsumePrefix(&field, "metadata.annotations")) {
    return std::nullopt;
  }
  if (field.empty()) return parsed;
  if (!absl::ConsumePrefix(&field, "['") ||
      !absl::ConsumeSuffix(&field, "']") || field.empty()) {
    return std::nullopt;
  }
  parsed.key = std::string(field);
  return parsed;
}

// As Go's %q, for text that is UTF-8.
std::string GoQuoted(absl::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
      case '\\':
        quoted.push_back('\\');
        quoted.push_back(c);
        break;
      case '\a':
        quoted.append("\\a");
        break;
      case '\b':
        quoted.append("\\b");
        break;
      case '\f':
        quoted.append("\\f");
        break;
      case '\n':
        quoted.append("\\n");
        break;
      case '\r':
        quoted.append("\\r");
        break;
      case '\t':
        quoted.append("\\t");
        break;
      case '\v':
        quoted.append("\\v");
        break;
      default:
        if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) {
          quoted.append("\\x");
          absl::StrAppend(&quoted, absl::Hex(static_cast<unsigned char>(c),
                                             absl::kZeroPad2));
        } else {
          quoted.push_back(c);
        }
    }
  }
  quoted.push_back('"');
  return quoted;
}

// As fieldpath.FormatMap.
std::string Formatted(const std::map<std::string, std::string>& entries) {
  std::string text;
  for (const auto& [key, value] : entries) {
    absl::StrAppend(&text, text.empty() ? "" : "\n", key, "=", GoQuoted(value));
  }
  return text;
}

}  // namespace

OwnFields::OwnFields(const ResolvedRun& run,
                     const std::vector<PlacedUnit>& units,
                     const std::string& managed_by, v1::PlannedPod* pod,
                     DiagnosticList* diagnostics)
    : run_(run),
      units_(units),
      managed_by_(ManagedByInTekton(managed_by)),
      metadata_(units.size()),
      pod_(*pod),
      diagnostics_(*diagnostics) {}

std::optional<std::string> OwnFields::Find(int unit, absl::string_view field,
                                           const Subject& subject,
                                           const std::string& path) {
  const std::optional<MetadataField> asked = ParseField(field);
  if (!asked) return std::nullopt;
  if (asked->labels && asked->key == kTaskRunUid &&
      run_.identity.kind() != "TaskRun") {
    diagnostics_
        .Error("not-supported", subject, path,
               absl::StrCat("the task has no TaskRun here, and so no ",
                            kTaskRunUid))
        .set_hint("use tekton.dev/taskRun, which is unique in its namespace");
    return std::nullopt;
  }
  // What is asked for is on the Pod itself.
  if (units_.size() == 1) return std::nullopt;
  if (!metadata_[unit]) {
    metadata_[unit] = MetadataOf(run_, units_[unit]);
    metadata_[unit]->labels[kManagedByLabel] = managed_by_;
  }
  if (asked->key.empty()) return All(unit, asked->labels);
  return FindKey(unit, asked->labels, asked->key);
}

std::optional<std::string> OwnFields::FindKey(int unit, bool labels,
                                              const std::string& key) const {
  const auto& own =
      labels ? metadata_[unit]->labels : metadata_[unit]->annotations;
  const auto& of_run =
      labels ? run_.identity.labels() : run_.identity.annotations();
  const auto& of_pod = labels ? pod_.labels() : pod_.annotations();
  const auto found = own.find(key);
  const auto in_pod = of_pod.find(key);
  // Neither the task nor another one of this Pod: as the run has it.
  if (found == own.end() && in_pod == of_pod.end()) return std::nullopt;
  std::string value;
  if (found != own.end()) {
    value = found->second;
  } else if (of_run.contains(key)) {
    value = of_run.at(key);
  }
  if (in_pod != of_pod.end() && in_pod->second == value) return std::nullopt;
  return value;
}

std::string OwnFields::All(int unit, bool labels) const {
  const v1::RunIdentity& run = run_.identity;
  const auto& of_run = labels ? run.labels() : run.annotations();
  std::map<std::string, std::string> all(of_run.begin(), of_run.end());
  for (const auto& [key, value] :
       labels ? metadata_[unit]->labels : metadata_[unit]->annotations) {
    all[key] = value;
  }
  if (labels && run.kind() != "TaskRun") {
    all[kPipelineLabel] = PipelineLabelOf(run);
    all["tekton.dev/pipelineRun"] = run.name();
    if (!run.uid().empty()) all["tekton.dev/pipelineRunUID"] = run.uid();
  }
  if (!labels) all.erase(kLastAppliedAnnotation);
  return Formatted(all);
}

std::string OwnFields::FieldWith(const std::string& value,
                                 const std::string& unit) {
  const std::string key = absl::StrCat(
      "own.colocation.dev/", ShortHash(absl::StrCat(unit, "\n", value)));
  (*pod_.mutable_annotations())[key] = value;
  return absl::StrCat("metadata.annotations['", key, "']");
}

std::string OwnFields::Container(int unit, const std::string& name) const {
  const PlacedUnit& placed = units_[unit];
  const v1::TaskSpec& spec = placed.unit->spec;
  for (int i = 0; i < spec.steps_size(); ++i) {
    if (name == absl::StrCat("step-", spec.steps(i).name())) {
      return placed.steps[i];
    }
  }
  for (int i = 0; i < spec.sidecars_size(); ++i) {
    if (name == absl::StrCat("sidecar-", spec.sidecars(i).name())) {
      return placed.sidecars[i];
    }
  }
  return name;
}

void OwnFields::Replace(int unit, const std::string& path, v1::EnvVar* env) {
  if (env->value_from().resource_field_ref().has_container_name()) {
    std::string* container = env->mutable_value_from()
                                 ->mutable_resource_field_ref()
                                 ->mutable_container_name();
    *container = Container(unit, *container);
  }
  if (!env->value_from().has_field_ref()) return;
  const std::optional<std::string> value =
      Find(unit, env->value_from().field_ref().field_path(),
           run_.tasks[units_[unit].task].task_subject,
           absl::StrCat(path, ".valueFrom.fieldRef.fieldPath"));
  if (!value) return;
  if (absl::StrContains(*value, '$')) {
    // In a value Kubernetes and the launcher would look for references.
    env->mutable_value_from()->mutable_field_ref()->set_field_path(
        FieldWith(*value, units_[unit].name));
    return;
  }
  env->clear_value_from();
  env->set_value(*value);
}

void OwnFields::Replace(
    const std::vector<int>& units, const Subject& subject,
    const std::string& path,
    google::protobuf::RepeatedPtrField<v1::DownwardAPIVolumeFile>* files) {
  for (int i = 0; i < files->size(); ++i) {
    v1::DownwardAPIVolumeFile& file = *files->Mutable(i);
    if (file.resource_field_ref().has_container_name() && units.size() == 1) {
      std::string* container =
          file.mutable_resource_field_ref()->mutable_container_name();
      *container = Container(units.front(), *container);
    }
    if (!file.has_field_ref()) continue;
    const std::string field = file.field_ref().field_path();
    const std::string at =
        absl::StrCat(path, ".items[", i, "].fieldRef.fieldPath");
    const std::optional<std::string> value =
        Find(units.front(), field, subject, at);
    for (const int unit : units) {
      if (Find(unit, field, subject, at) == value) continue;
      diagnostics_
          .Error(
              "not-supported", subject, at,
              absl::StrCat(field,
                           " of a workspace that tasks share can't be that of "
                           "each of them"))
          .set_hint("ask for it in a volume or a variable of the Task");
      return;
    }
    if (!value) continue;
    file.mutable_field_ref()->set_field_path(
        FieldWith(*value, units_[units.front()].name));
  }
}

void OwnFields::Replace(const std::vector<int>& units, const Subject& subject,
                        const std::string& path, v1::Volume* volume) {
  if (units.empty()) return;
  if (volume->has_downward_api()) {
    Replace(units, subject, absl::StrCat(path, ".downwardAPI"),
            volume->mutable_downward_api()->mutable_items());
  }
  if (!volume->has_projected()) return;
  for (int i = 0; i < volume->projected().sources_size(); ++i) {
    v1::VolumeProjection& source =
        *volume->mutable_projected()->mutable_sources(i);
    if (!source.has_downward_api()) continue;
    Replace(units, subject,
            absl::StrCat(path, ".projected.sources[", i, "].downwardAPI"),
            source.mutable_downward_api()->mutable_items());
  }
}

}  // namespace colocation
