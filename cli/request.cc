#include "cli/request.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "cli/cluster_forms.h"
#include "cli/config_objects.h"
#include "cli/inputs.h"
#include "cli/podman/pod_objects.h"
#include "colocation/decode/decode.h"
#include "colocation/diagnostics/diagnostics.h"

namespace colocation::cli {
namespace {

absl::Status Wrong(absl::string_view flag, absl::string_view text,
                   absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("--", flag, " ", text, ": ", why));
}

// Reads `text` as `message`; an error in one line.
absl::Status Read(absl::string_view name, absl::string_view text,
                  google::protobuf::Message* message) {
  DiagnosticList diagnostics;
  DecodeMessage(name, text, {}, message, &diagnostics);
  if (!diagnostics.has_errors()) return absl::OkStatus();
  return ToStatus(absl::StatusCode::kInvalidArgument, diagnostics.Sorted());
}

absl::Status ReadFileInto(const std::string& path,
                          google::protobuf::Message* message) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  return Read(path, *text, message);
}

// `value` as JSON, where it is an array or object of strings.
std::optional<v1::ParamValue> JsonValue(absl::string_view value) {
  if (!absl::StartsWith(value, "[") && !absl::StartsWith(value, "{")) {
    return std::nullopt;
  }
  v1::ParamValue parsed;
  if (!Read("value", value, &parsed).ok() || parsed.has_string_value()) {
    return std::nullopt;
  }
  return parsed;
}

v1::Policy PolicyOf(absl::string_view name) {
  if (name == "pipelinerun") return v1::POLICY_PIPELINERUN;
  if (name == "isolated") return v1::POLICY_ISOLATED;
  return v1::POLICY_WORKSPACES;
}

v1::ApiFields ApiFieldsOf(absl::string_view name) {
  if (name == "stable") return v1::API_FIELDS_STABLE;
  if (name == "alpha") return v1::API_FIELDS_ALPHA;
  return v1::API_FIELDS_BETA;
}

absl::Status AddParams(const ParsedArguments& arguments,
                       v1::PlanRequest* request) {
  const std::vector<std::string> params = arguments.All("param");
  if (params.empty()) return absl::OkStatus();
  // Only the declaration says whether "a,b" is one string or two.
  v1::ObjectSet objects;
  DiagnosticList ignored;
  DecodeOptions options;
  options.allow_unknown_fields = true;
  for (const v1::Document& document : request->documents()) {
    DecodeObjects(document.name(), document.content(), options, &objects,
                  &ignored);
  }
  for (const std::string& text : params) {
    const absl::string_view name =
        absl::string_view(text).substr(0, text.find('='));
    absl::StatusOr<v1::Param> param =
        ParseParam(text, DeclaredType(objects, name));
    if (!param.ok()) return param.status();
    *request->mutable_options()->add_params() = *std::move(param);
  }
  return absl::OkStatus();
}

// Of the ConfigMaps `feature-flags` and `config-defaults`, as they are in a
// cluster; of two files the later one counts.
absl::Status AddFeatureFlags(const std::string& path,
                             v1::PlanOptions* options) {
  absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  v1::Document document;
  document.set_name(path);
  document.set_content(*std::move(text));
  podman::PodObjects objects;
  if (absl::Status status = AddConfigObjects(document, &objects);
      !status.ok()) {
    return status;
  }
  bool any = false;
  for (const absl::string_view name : {"feature-flags", "config-defaults"}) {
    const auto found = objects.config_maps.find(std::string(name));
    if (found == objects.config_maps.end()) continue;
    any = true;
    for (const auto& [key, value] : found->second) {
      (*options->mutable_feature_flags())[key] = value;
    }
  }
  if (any) return absl::OkStatus();
  return Wrong("feature-flags", path,
               "there is no ConfigMap feature-flags or config-defaults in it");
}

// What a file of Nodes, LimitRanges, ResourceQuotas, ServiceAccounts and
// Secrets, as `kubectl get -o yaml` prints them, a Cluster message or the
// cluster of a simulation says.
absl::Status AddCluster(const std::string& path, v1::PlanRequest* request) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  v1::ObjectSet objects;
  DiagnosticList as_objects;
  DecodeOptions lenient;
  lenient.allow_unknown_fields = true;
  DecodeObjects(path, *text, lenient, &objects, &as_objects);
  v1::Cluster* cluster = request->mutable_cluster();
  if (objects.nodes_size() + objects.limit_ranges_size() +
          objects.resource_quotas_size() + objects.service_accounts_size() +
          objects.secrets_size() >
      0) {
    if (as_objects.has_errors()) {
      return ToStatus(absl::StatusCode::kInvalidArgument, as_objects.Sorted());
    }
    cluster->mutable_nodes()->MergeFrom(objects.nodes());
    cluster->mutable_limit_ranges()->MergeFrom(objects.limit_ranges());
    cluster->mutable_resource_quotas()->MergeFrom(objects.resource_quotas());
    cluster->mutable_service_accounts()->MergeFrom(objects.service_accounts());
    cluster->mutable_secrets()->MergeFrom(objects.secrets());
    return absl::OkStatus();
  }
  v1::Cluster read;
  if (absl::Status status = Read(path, *text, &read); !status.ok()) {
    v1::SimulationCluster simulated;
    if (!Read(path, *text, &simulated).ok()) return status;
    read = ToPlannedCluster(simulated);
  }
  cluster->MergeFrom(read);
  return absl::OkStatus();
}

// "NAME=NUMBER", by the names of the message's fields.
absl::Status AddLimit(absl::string_view text, v1::Limits* limits) {
  const std::pair<std::string, absl::string_view> pair =
      absl::StrSplit(text, absl::MaxSplits('=', 1));
  const google::protobuf::FieldDescriptor* field =
      limits->GetDescriptor()->FindFieldByName(pair.first);
  if (field == nullptr) {
    std::vector<std::string> names;
    for (int i = 0; i < limits->GetDescriptor()->field_count(); ++i) {
      names.push_back(limits->GetDescriptor()->field(i)->name());
    }
    return Wrong("limit", text,
                 absl::StrCat("the limits are ", absl::StrJoin(names, ", ")));
  }
  const google::protobuf::Reflection* reflection = limits->GetReflection();
  int64_t number = 0;
  int32_t small = 0;
  const bool is_small =
      field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_INT32;
  if (!absl::SimpleAtoi(pair.second, &number) || number <= 0 ||
      (is_small && !absl::SimpleAtoi(pair.second, &small))) {
    return Wrong("limit", text, "it has to be NAME=NUMBER, above zero");
  }
  if (is_small) {
    reflection->SetInt32(limits, field, small);
  } else {
    reflection->SetInt64(limits, field, number);
  }
  return absl::OkStatus();
}

absl::Status AddImageConfigs(const std::string& text,
                             v1::PlanRequest* request) {
  if (absl::StrContains(text, '=')) {
    absl::StatusOr<v1::ImageConfig> config = ParseImageConfig(text);
    if (!config.ok()) return config.status();
    *request->add_images() = *std::move(config);
    return absl::OkStatus();
  }
  v1::PlanRequest read;
  if (absl::Status status = ReadFileInto(text, &read); !status.ok()) {
    return status;
  }
  request->mutable_images()->MergeFrom(read.images());
  read.clear_images();
  if (read.ByteSizeLong() > 0) {
    return Wrong("image-config", text, "only `images` may be in it");
  }
  return absl::OkStatus();
}

absl::Status AddResolved(const std::string& path, v1::PlanRequest* request) {
  v1::PlanRequest read;
  if (absl::Status status = ReadFileInto(path, &read); !status.ok()) {
    return status;
  }
  const std::filesystem::path directory =
      std::filesystem::path(path).parent_path();
  for (v1::ResolvedReference& reference : *read.mutable_resolved()) {
    v1::Document* document = reference.mutable_document();
    if (document->content().empty()) {
      const std::string file = directory / document->name();
      absl::StatusOr<std::string> text = ReadFile(file);
      if (!text.ok()) return text.status();
      document->set_name(file);
      document->set_content(*std::move(text));
    }
    request->add_resolved()->Swap(&reference);
  }
  read.clear_resolved();
  if (read.ByteSizeLong() > 0) {
    return Wrong("resolved", path, "only `resolved` may be in it");
  }
  return absl::OkStatus();
}

// One "KEY=VALUE" of tkn's form.
absl::Status SetBinding(absl::string_view key, absl::string_view value,
                        v1::WorkspaceBinding* binding) {
  const std::string text(value);
  static constexpr absl::string_view kNamed[] = {
      "claimName",    "claim",  "config",
      "configMap",    "secret", "volumeClaimTemplateFile",
      "claimTemplate"};
  if (text.empty() && std::find(std::begin(kNamed), std::end(kNamed), key) !=
                          std::end(kNamed)) {
    return absl::InvalidArgumentError(
        absl::StrCat("which ", key,
                     "? A workspace is emptyDir, claim:NAME, "
                     "configMap:NAME, secret:NAME or claimTemplate:FILE"));
  }
  if (key == "subPath") {
    binding->set_sub_path(text);
  } else if (key == "emptyDir") {
    v1::EmptyDirVolumeSource* empty_dir = binding->mutable_empty_dir();
    if (!text.empty()) empty_dir->set_medium(text);
  } else if (key == "claimName" || key == "claim") {
    binding->mutable_persistent_volume_claim()->set_claim_name(text);
  } else if (key == "config" || key == "configMap") {
    binding->mutable_config_map()->set_name(text);
  } else if (key == "secret") {
    binding->mutable_secret()->set_secret_name(text);
  } else if (key == "item") {
    const std::pair<std::string, std::string> item =
        absl::StrSplit(value, absl::MaxSplits('=', 1));
    v1::KeyToPath* added = binding->has_secret()
                               ? binding->mutable_secret()->add_items()
                               : binding->mutable_config_map()->add_items();
    added->set_key(item.first);
    added->set_path(item.second);
  } else if (key == "volumeClaimTemplateFile" || key == "claimTemplate") {
    v1::PersistentVolumeClaim* claim = binding->mutable_volume_claim_template();
    return ReadFileInto(text, claim);
  } else {
    return absl::InvalidArgumentError(
        absl::StrCat("there is no \"", key,
                     "\"; a workspace is emptyDir, claim:NAME, configMap:NAME, "
                     "secret:NAME or claimTemplate:FILE"));
  }
  return absl::OkStatus();
}

int Sources(const v1::WorkspaceBinding& binding) {
  return binding.has_volume_claim_template() +
         binding.has_persistent_volume_claim() + binding.has_empty_dir() +
         binding.has_config_map() + binding.has_secret();
}

// "off", or "cpu=4,memory=8Gi,tasks=3".
absl::Status ReadFit(const std::string& text, v1::Fit* fit) {
  if (text == "off") {
    fit->set_off(true);
    return absl::OkStatus();
  }
  for (const absl::string_view part :
       absl::StrSplit(text, ',', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> limit =
        absl::StrSplit(part, absl::MaxSplits('=', 1));
    const auto& [name, amount] = limit;
    if (name == "tasks") {
      int32_t tasks = 0;
      if (!absl::SimpleAtoi(amount, &tasks) || tasks < 1) {
        return Wrong("fit", text, "tasks has to be a whole number from 1");
      }
      fit->set_tasks(tasks);
      continue;
    }
    if (name.empty() || amount.empty()) {
      return Wrong("fit", text,
                   "it has to be off, or NAME=AMOUNT,... such as "
                   "cpu=4,memory=8Gi,tasks=3");
    }
    (*fit->mutable_limits())[name] = amount;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::Param> ParseParam(absl::string_view text,
                                     absl::string_view type) {
  const size_t equals = text.find('=');
  if (equals == absl::string_view::npos || equals == 0) {
    return Wrong("param", text, "it has to be NAME=VALUE");
  }
  v1::Param param;
  param.set_name(std::string(text.substr(0, equals)));
  const absl::string_view value = text.substr(equals + 1);
  const std::optional<v1::ParamValue> json =
      type == "string" ? std::nullopt : JsonValue(value);
  if (json && (type.empty() || json->has_array_value() == (type == "array"))) {
    *param.mutable_value() = *json;
  } else if (type == "array") {
    v1::StringList* list = param.mutable_value()->mutable_array_value();
    for (absl::string_view item : absl::StrSplit(value, ',')) {
      if (!value.empty()) list->add_items(std::string(item));
    }
  } else if (type == "object") {
    auto* entries =
        param.mutable_value()->mutable_object_value()->mutable_entries();
    for (absl::string_view entry :
         absl::StrSplit(value, ',', absl::SkipEmpty())) {
      const std::pair<absl::string_view, absl::string_view> pair =
          absl::StrSplit(entry, absl::MaxSplits(':', 1));
      if (!absl::StrContains(entry, ':')) {
        return Wrong("param", text,
                     "this parameter is an object: NAME=KEY:VALUE,KEY:VALUE");
      }
      (*entries)[std::string(absl::StripAsciiWhitespace(pair.first))] =
          std::string(absl::StripAsciiWhitespace(pair.second));
    }
  } else {
    param.mutable_value()->set_string_value(std::string(value));
  }
  return param;
}

std::string DeclaredType(const v1::ObjectSet& objects, absl::string_view name) {
  std::string type;
  const auto look = [&](const auto& params) {
    for (const v1::ParamSpec& param : params) {
      if (!type.empty() || param.name() != name) continue;
      type =
          !param.type().empty()                ? param.type()
          : param.default_().has_array_value() ? "array"
          : param.properties_size() > 0 || param.default_().has_object_value()
              ? "object"
              : "string";
    }
  };
  for (const v1::Pipeline& pipeline : objects.pipelines()) {
    look(pipeline.spec().params());
  }
  for (const v1::PipelineRun& run : objects.pipeline_runs()) {
    look(run.spec().pipeline_spec().params());
  }
  for (const v1::TaskRun& run : objects.task_runs()) {
    look(run.spec().task_spec().params());
  }
  for (const v1::Task& task : objects.tasks()) look(task.spec().params());
  return type;
}

absl::StatusOr<v1::WorkspaceBinding> ParseWorkspace(absl::string_view text) {
  v1::WorkspaceBinding binding;
  absl::Status status;
  if (absl::StartsWith(text, "name=") && absl::StrContains(text, ',')) {
    for (absl::string_view part : absl::StrSplit(text, ',')) {
      const std::pair<absl::string_view, absl::string_view> pair =
          absl::StrSplit(part, absl::MaxSplits('=', 1));
      if (pair.first == "name") {
        binding.set_name(std::string(pair.second));
      } else {
        status.Update(SetBinding(pair.first, pair.second, &binding));
      }
    }
  } else {
    const std::pair<absl::string_view, absl::string_view> named =
        absl::StrSplit(text, absl::MaxSplits('=', 1));
    binding.set_name(std::string(named.first));
    const std::pair<absl::string_view, absl::string_view> source =
        absl::StrSplit(named.second, absl::MaxSplits(':', 1));
    status = SetBinding(source.first, source.second, &binding);
  }
  if (!status.ok()) return Wrong("workspace", text, status.message());
  if (binding.name().empty()) {
    return Wrong("workspace", text, "it has to be NAME=KIND, or name=NAME,...");
  }
  if (Sources(binding) != 1) {
    return Wrong("workspace", text,
                 "a workspace is exactly one of emptyDir, claim, configMap, "
                 "secret, claimTemplate");
  }
  return binding;
}

absl::StatusOr<v1::ImageConfig> ParseImageConfig(absl::string_view text) {
  const size_t equals = text.find('=');
  v1::ImageConfig config;
  config.set_image(std::string(text.substr(0, equals)));
  const absl::string_view command = text.substr(equals + 1);
  if (const std::optional<v1::ParamValue> json = JsonValue(command);
      json && json->has_array_value()) {
    *config.mutable_entrypoint() = json->array_value().items();
  } else {
    for (absl::string_view word :
         absl::StrSplit(command, ' ', absl::SkipEmpty())) {
      config.add_entrypoint(std::string(word));
    }
  }
  if (config.image().empty() || config.entrypoint().empty()) {
    return Wrong("image-config", text, "it has to be IMAGE=COMMAND, or a file");
  }
  return config;
}

absl::StatusOr<v1::PlanRequest> MakeRequest(
    const ParsedArguments& arguments, std::vector<v1::Document> documents) {
  v1::PlanRequest request;
  for (v1::Document& document : documents) {
    request.add_documents()->Swap(&document);
  }
  v1::PlanOptions* options = request.mutable_options();
  options->set_policy(PolicyOf(arguments.Get("policy", "")));
  if (arguments.Get("requests", "") == "sum") {
    options->set_requests(v1::REQUEST_MODE_SUM);
  }
  if (arguments.Has("api-fields")) {
    options->set_api_fields(ApiFieldsOf(arguments.Get("api-fields", "")));
  }
  for (const std::string& path : arguments.All("feature-flags")) {
    if (absl::Status status = AddFeatureFlags(path, options); !status.ok()) {
      return status;
    }
  }
  options->set_run(arguments.Get("run", ""));
  options->set_allow_unknown_fields(arguments.Has("allow-unknown-fields"));
  options->set_controlled(arguments.Has("controlled"));
  if (arguments.Has("patch-images") && !arguments.Has("controlled")) {
    return absl::InvalidArgumentError(
        "--patch-images: only with --controlled, as it takes a controller to "
        "put images into a running Pod");
  }
  options->set_patch_images(arguments.Has("patch-images"));
  options->set_launcher_image(arguments.Get("launcher-image", ""));
  options->set_default_service_account(arguments.Get("service-account", ""));
  options->set_default_namespace(arguments.Get("namespace", ""));
  for (const std::string& text : arguments.All("workspace")) {
    absl::StatusOr<v1::WorkspaceBinding> binding = ParseWorkspace(text);
    if (!binding.ok()) return binding.status();
    *options->add_workspaces() = *std::move(binding);
  }
  for (const std::string& text : arguments.All("image-config")) {
    if (absl::Status status = AddImageConfigs(text, &request); !status.ok()) {
      return status;
    }
  }
  for (const std::string& path : arguments.All("cluster")) {
    if (absl::Status status = AddCluster(path, &request); !status.ok()) {
      return status;
    }
  }
  for (const std::string& text : arguments.All("limit")) {
    if (absl::Status status = AddLimit(text, options->mutable_limits());
        !status.ok()) {
      return status;
    }
  }
  if (absl::Status status =
          ReadFit(arguments.Get("fit", ""), options->mutable_fit());
      !status.ok()) {
    return status;
  }
  for (const std::string& path : arguments.All("resolved")) {
    if (absl::Status status = AddResolved(path, &request); !status.ok()) {
      return status;
    }
  }
  if (absl::Status status = AddParams(arguments, &request); !status.ok()) {
    return status;
  }
  return request;
}

}  // namespace colocation::cli
