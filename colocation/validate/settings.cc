#include "colocation/validate/settings.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "colocation/decode/decode.h"
#include "colocation/diagnostics/nearest_name.h"
#include "colocation/syntax/duration.h"

namespace colocation {
namespace {

constexpr absl::string_view kFlags = "feature-flags";
constexpr absl::string_view kDefaults = "config-defaults";
constexpr absl::string_view kBoolean = "true or false";
constexpr absl::string_view kDuration = "a duration such as 5m";
constexpr absl::string_view kNumber = "a whole number";
constexpr absl::string_view kAnything = "any text";

// Bytes of a value that a message repeats.
constexpr size_t kLongestShown = 60;

// Where the comment of every ConfigMap that Tekton installs stands
// (knative.dev/pkg/configmap).
constexpr absl::string_view kExampleKey = "_example";

// As Go's strconv.ParseBool.
std::optional<bool> ParseBool(absl::string_view value) {
  for (const absl::string_view yes : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (value == yes) return true;
  }
  for (const absl::string_view no :
       {"0", "f", "F", "false", "FALSE", "False"}) {
    if (value == no) return false;
  }
  return std::nullopt;
}

// As Go's strconv.ParseInt(value, 10, 0): no blanks.
std::optional<int64_t> ParseInt(absl::string_view value) {
  int64_t number = 0;
  if (value.empty() || absl::ascii_isspace(value.front()) ||
      absl::ascii_isspace(value.back()) || !absl::SimpleAtoi(value, &number)) {
    return std::nullopt;
  }
  return number;
}

bool SetInt32(absl::string_view value, int32_t* field) {
  const std::optional<int64_t> number = ParseInt(value);
  if (!number) return false;
  *field = static_cast<int32_t>(
      std::clamp<int64_t>(*number, std::numeric_limits<int32_t>::min(),
                          std::numeric_limits<int32_t>::max()));
  return true;
}

bool SetDuration(absl::string_view value, int64_t* field) {
  const std::optional<int64_t> ns = ParseDurationNs(value);
  if (ns) *field = *ns;
  return ns.has_value();
}

// Setters of the table that take over nothing.
bool Any(absl::string_view, FeatureFlags*, DiagnosticList*) { return true; }
bool Boolean(absl::string_view value, FeatureFlags*, DiagnosticList*) {
  return ParseBool(value).has_value();
}
bool Number(absl::string_view value, FeatureFlags*, DiagnosticList*) {
  return ParseInt(value).has_value();
}
bool Duration(absl::string_view value, FeatureFlags*, DiagnosticList*) {
  return ParseDurationNs(value).has_value();
}

template <bool FeatureFlags::*field>
bool Bool(absl::string_view value, FeatureFlags* flags, DiagnosticList*) {
  const std::optional<bool> parsed = ParseBool(value);
  if (parsed) flags->*field = *parsed;
  return parsed.has_value();
}

template <std::string FeatureFlags::*field>
bool Text(absl::string_view value, FeatureFlags* flags, DiagnosticList*) {
  flags->*field = std::string(value);
  return true;
}

// Whether `value` is one of these, in any case of letters.
bool OneOf(absl::string_view value,
           std::initializer_list<absl::string_view> names) {
  return absl::c_linear_search(names, absl::AsciiStrToLower(value));
}

bool Asked(absl::string_view value) { return ParseBool(value).value_or(false); }

bool SetApiFields(absl::string_view value, FeatureFlags* flags,
                  DiagnosticList*) {
  const std::string level = absl::AsciiStrToLower(value);
  if (level == "stable") {
    flags->api_fields = v1::API_FIELDS_STABLE;
  } else if (level == "beta") {
    flags->api_fields = v1::API_FIELDS_BETA;
  } else if (level == "alpha") {
    flags->api_fields = v1::API_FIELDS_ALPHA;
  } else {
    return false;
  }
  return true;
}

bool SetInlineSpec(absl::string_view value, FeatureFlags* flags,
                   DiagnosticList*) {
  // Blanks count, as in Tekton.
  flags->disable_inline_spec = absl::StrSplit(value, ',');
  return true;
}

bool SetServiceAccount(absl::string_view value, FeatureFlags* flags,
                       DiagnosticList*) {
  // Kubernetes gives a Pod without one this one.
  flags->default_service_account =
      value.empty() ? "default" : std::string(value);
  return true;
}

bool SetForbiddenEnv(absl::string_view value, FeatureFlags* flags,
                     DiagnosticList*) {
  flags->default_forbidden_env.clear();
  for (const absl::string_view item : absl::StrSplit(value, ',')) {
    const absl::string_view name = absl::StripAsciiWhitespace(item);
    if (!name.empty()) flags->default_forbidden_env.emplace_back(name);
  }
  return true;
}

bool SetMaxResultSize(absl::string_view value, FeatureFlags*, DiagnosticList*) {
  const std::optional<int64_t> bytes = ParseInt(value);
  return bytes && *bytes < 1572864;
}

// Reads YAML as Tekton does: a field that it doesn't know is passed over
// (yamlUnmarshal in default.go); that is warned of.
bool ReadYaml(absl::string_view text, google::protobuf::Message* message,
              DiagnosticList* problems) {
  // Nothing is an empty object.
  if (absl::StripAsciiWhitespace(text).empty()) return true;
  DecodeOptions options;
  options.allow_unknown_fields = true;
  DiagnosticList found;
  DecodeMessage("", text, options, message, &found);
  if (problems != nullptr) problems->Append(found.Sorted());
  return !found.has_errors();
}

bool SetPodTemplate(absl::string_view value, FeatureFlags* flags,
                    DiagnosticList* problems) {
  auto pod_template = std::make_shared<v1::PodTemplate>();
  if (!ReadYaml(value, pod_template.get(), problems)) return false;
  flags->default_pod_template = std::move(pod_template);
  return true;
}

bool ReadPodTemplate(absl::string_view value, FeatureFlags*,
                     DiagnosticList* problems) {
  v1::PodTemplate ignored;
  return ReadYaml(value, &ignored, problems);
}

bool SetWorkspaceBinding(absl::string_view value, FeatureFlags* flags,
                         DiagnosticList* problems) {
  v1::WorkspaceBinding written;
  if (!ReadYaml(value, &written, problems)) return false;
  // These alone are taken over, and one of them it has to be
  // (pkg/reconciler/taskrun/taskrun.go, updateTaskRunWithDefaultWorkspaces;
  // pkg/apis/pipeline/v1/workspace_validation.go, WorkspaceBinding.Validate).
  const int sources = written.has_empty_dir() +
                      written.has_persistent_volume_claim() +
                      written.has_volume_claim_template() +
                      written.has_config_map() + written.has_secret();
  if (sources != 1) return sources == 0 && value.empty();
  auto binding = std::make_shared<v1::WorkspaceBinding>(std::move(written));
  binding->clear_name();
  binding->clear_projected();
  binding->clear_csi();
  flags->default_workspace_binding = std::move(binding);
  return true;
}

bool SetContainerResources(absl::string_view value, FeatureFlags* flags,
                           DiagnosticList* problems) {
  // One level deeper, as the value of the message's field.
  const std::string nested = absl::StrCat(
      "containers:\n ", absl::StrReplaceAll(value, {{"\n", "\n "}}));
  v1::DefaultContainerResources read;
  if (!ReadYaml(nested, &read, problems)) return false;
  flags->default_container_resources.clear();
  for (const auto& [name, resources] : read.containers()) {
    flags->default_container_resources[name] = resources;
  }
  return true;
}

using Use = SettingUse;

// clang-format off
constexpr Setting kSettings[] = {
    {kDefaults, "default-affinity-assistant-pod-template", Use::kNoEffect,
     "no affinity assistant is needed: tasks that share files share a Pod",
     "a Pod template as YAML", ReadPodTemplate},
    {kDefaults, "default-cloud-events-sink", Use::kWarned,
     "no CloudEvents are sent", kAnything, Any,
     [](absl::string_view value) { return !value.empty(); }},
    {kDefaults, "default-container-resource-requirements", Use::kHonoured,
     "steps and sidecars that ask for nothing get it; the init container asks for what the largest of them does",
     "resource requirements by container, as YAML", SetContainerResources},
    {kDefaults, "default-create-container-error-timeout", Use::kHonoured,
     "how long a container whose runtime does not answer may recover", kDuration,
     [](absl::string_view v, FeatureFlags* f, DiagnosticList*) { return SetDuration(v, &f->create_container_error_ns); }},
    {kDefaults, "default-forbidden-env", Use::kHonoured,
     "Pod templates must not set these variables", "names with commas between",
     SetForbiddenEnv},
    {kDefaults, "default-imagepullbackoff-timeout", Use::kHonoured,
     "how long a container whose image can't be pulled may recover", kDuration,
     [](absl::string_view v, FeatureFlags* f, DiagnosticList*) { return SetDuration(v, &f->image_pull_back_off_ns); }},
    {kDefaults, "default-managed-by-label-value", Use::kHonoured,
     "the label app.kubernetes.io/managed-by of Pods", kAnything,
     Text<&FeatureFlags::managed_by>},
    {kDefaults, "default-max-matrix-combinations-count", Use::kHonoured,
     "a matrix has at most so many combinations", kNumber,
     [](absl::string_view v, FeatureFlags* f, DiagnosticList*) { return SetInt32(v, &f->max_matrix_combinations); }},
    {kDefaults, "default-maximum-resolution-timeout", Use::kNoEffect,
     "whoever supplies remote Tasks waits for them", kDuration, Duration},
    {kDefaults, "default-pod-template", Use::kHonoured,
     "what the run's Pod template leaves out", "a Pod template as YAML",
     SetPodTemplate},
    {kDefaults, "default-resolver-type", Use::kHonoured,
     "the resolver of a reference that names nothing", kAnything,
     Text<&FeatureFlags::default_resolver_type>},
    {kDefaults, "default-service-account", Use::kHonoured,
     "the ServiceAccount of a run that names none", kAnything,
     SetServiceAccount},
    {kDefaults, "default-sidecar-log-polling-interval", Use::kNoEffect,
     "no sidecar reads results from logs", kDuration, Duration},
    {kDefaults, "default-step-ref-concurrency-limit", Use::kNoEffect,
     "whoever supplies StepActions fetches them", kNumber, Number},
    {kDefaults, "default-task-run-workspace-binding", Use::kHonoured,
     "what a workspace of a Task is bound to where the run binds it to nothing",
     "a workspace binding as YAML, with one source", SetWorkspaceBinding},
    {kDefaults, "default-timeout-minutes", Use::kHonoured,
     "the timeout of a run that has none", kNumber,
     [](absl::string_view v, FeatureFlags* f, DiagnosticList*) { return SetInt32(v, &f->default_timeout_minutes); }},

    {"config-events", "formats", Use::kNoEffect, "no CloudEvents are sent", kAnything, Any},
    {"config-events", "sink", Use::kNoEffect, "no CloudEvents are sent", kAnything, Any},
    {"config-spire", "spire-node-alias-prefix", Use::kNoEffect, "only with enforce-nonfalsifiability, which is refused", kAnything, Any},
    {"config-spire", "spire-server-addr", Use::kNoEffect, "only with enforce-nonfalsifiability, which is refused", kAnything, Any},
    {"config-spire", "spire-socket-path", Use::kNoEffect, "only with enforce-nonfalsifiability, which is refused", kAnything, Any},
    {"config-spire", "spire-trust-domain", Use::kNoEffect, "only with enforce-nonfalsifiability, which is refused", kAnything, Any},
    {"config-tracing", "credentialsSecret", Use::kNoEffect, "a controller's own tracing", kAnything, Any},
    {"config-tracing", "enabled", Use::kNoEffect, "a controller's own tracing", kBoolean, Boolean},
    {"config-tracing", "endpoint", Use::kNoEffect, "a controller's own tracing", kAnything, Any},
    {"config-wait-exponential-backoff", "cap", Use::kNoEffect, "how often a controller looks again; here advance() says when", kDuration, Duration},
    {"config-wait-exponential-backoff", "duration", Use::kNoEffect, "how often a controller looks again; here advance() says when", kDuration, Duration},
    {"config-wait-exponential-backoff", "factor", Use::kNoEffect, "how often a controller looks again; here advance() says when", kAnything, Any},
    {"config-wait-exponential-backoff", "jitter", Use::kNoEffect, "how often a controller looks again; here advance() says when", kAnything, Any},
    {"config-wait-exponential-backoff", "steps", Use::kNoEffect, "how often a controller looks again; here advance() says when", kNumber, Number},

    {kFlags, "await-sidecar-readiness", Use::kHonoured,
     "first steps wait until their sidecars are ready", kBoolean,
     Bool<&FeatureFlags::await_sidecar_readiness>},
    {kFlags, "coschedule", Use::kWarned,
     "tasks that share files share a Pod; where several Pods run is the scheduler's choice, and other runs are not kept off a node",
     "disabled, workspaces, pipelineruns or isolate-pipelinerun",
     [](absl::string_view v, FeatureFlags*, DiagnosticList*) { return OneOf(v, {"disabled", "workspaces", "pipelineruns", "isolate-pipelinerun"}); },
     [](absl::string_view v) { return OneOf(v, {"pipelineruns", "isolate-pipelinerun"}); }},
    {kFlags, "disable-creds-init", Use::kHonoured,
     "steps get no credentials of the ServiceAccount", kBoolean,
     Bool<&FeatureFlags::disable_creds_init>},
    {kFlags, "disable-inline-spec", Use::kHonoured,
     "where embedded specs are refused", "pipeline, pipelinerun and taskrun, with commas between",
     SetInlineSpec},
    {kFlags, "enable-api-fields", Use::kHonoured,
     "which features may be used", "stable, beta or alpha", SetApiFields},
    {kFlags, "enable-artifacts", Use::kHonoured,
     "whether artifacts may be used; docs/launcher.md says which", kBoolean,
     Bool<&FeatureFlags::artifacts>},
    {kFlags, "enable-cel-in-whenexpression", Use::kHonoured,
     "whether a when may be a CEL expression", kBoolean,
     Bool<&FeatureFlags::cel_in_when>},
    {kFlags, "enable-concise-resolver-syntax", Use::kHonoured,
     "whether a reference may be a URL", kBoolean,
     Bool<&FeatureFlags::concise_resolver_syntax>},
    {kFlags, "enable-informer-cache-transforms", Use::kNoEffect,
     "memory of Tekton's controller", kBoolean, Any},
    {kFlags, "enable-kubernetes-sidecar", Use::kHonoured,
     "sidecars are started again when they end", kBoolean,
     Bool<&FeatureFlags::kubernetes_sidecar>},
    {kFlags, "enable-param-enum", Use::kHonoured,
     "whether parameters may have an enum", kBoolean,
     Bool<&FeatureFlags::param_enum>},
    {kFlags, "enable-provenance-in-status", Use::kNoEffect,
     "the status of a run has no provenance", kBoolean, Boolean},
    {kFlags, "enable-step-actions", Use::kNoEffect,
     "StepActions are stable; Tekton doesn't look at it either", kBoolean, Any},
    {kFlags, "enable-tekton-oci-bundles", Use::kNoEffect,
     "Tekton has removed bundles; it doesn't look at it either", kBoolean, Any},
    {kFlags, "enable-termination-message-compression", Use::kWarned,
     "results are not compressed: the room for them is what docs/planning.md says",
     kBoolean, Boolean, Asked},
    {kFlags, "enable-wait-exponential-backoff", Use::kNoEffect,
     "how often a controller looks again; here advance() says when", kBoolean,
     Boolean},
    {kFlags, "enforce-nonfalsifiability", Use::kRefused,
     "results are not signed", "none or spire",
     [](absl::string_view v, FeatureFlags*, DiagnosticList*) { return OneOf(v, {"none", "spire"}); },
     [](absl::string_view v) { return OneOf(v, {"spire"}); }},
    {kFlags, "keep-pod-on-cancel", Use::kNoEffect,
     "a controlled Pod ends by itself when its run is cancelled, and stays",
     kBoolean, Boolean},
    {kFlags, "max-result-size", Use::kNoEffect,
     "Tekton looks at it only with results-from: sidecar-logs", "a number below 1572864",
     SetMaxResultSize},
    {kFlags, "require-git-ssh-secret-known-hosts", Use::kHonoured,
     "an SSH key for Git has to come with known_hosts", kBoolean,
     Bool<&FeatureFlags::require_known_hosts>},
    {kFlags, "results-from", Use::kWarned,
     "results come from termination messages: the room for them is what docs/planning.md says",
     "termination-message or sidecar-logs",
     [](absl::string_view v, FeatureFlags*, DiagnosticList*) { return OneOf(v, {"termination-message", "sidecar-logs"}); },
     [](absl::string_view v) { return OneOf(v, {"sidecar-logs"}); }},
    {kFlags, "running-in-environment-with-injected-sidecars", Use::kNoEffect,
     "the first step does not wait for containers that others put into the Pod",
     kBoolean, Boolean},
    {kFlags, "send-cloudevents-for-runs", Use::kNoEffect,
     "no CloudEvents are sent", kBoolean, Boolean},
    {kFlags, "set-security-context", Use::kHonoured,
     "the init container is what Pod Security's level restricted asks for", kBoolean,
     Bool<&FeatureFlags::set_security_context>},
    {kFlags, "set-security-context-read-only-root-filesystem", Use::kHonoured,
     "with set-security-context: the init container's root file system is read-only",
     kBoolean, Bool<&FeatureFlags::read_only_root_filesystem>},
    {kFlags, "trusted-resources-verification-no-match-policy", Use::kHonoured,
     "with \"fail\", a Task or Pipeline of a resolver is refused, as signatures are not verified",
     "ignore, warn or fail",
     [](absl::string_view v, FeatureFlags* f, DiagnosticList*) {
       f->refuse_unverified = OneOf(v, {"fail"});
       return OneOf(v, {"ignore", "warn", "fail"});
     }},
};
// clang-format on

bool IsRead(const Setting& setting) {
  return setting.config_map == kFlags || setting.config_map == kDefaults;
}

void ReportUnknown(absl::string_view key, DiagnosticList* diagnostics) {
  std::vector<absl::string_view> keys;
  for (const Setting& setting : kSettings) {
    if (IsRead(setting)) keys.push_back(setting.key);
  }
  diagnostics
      ->Warning("unknown-setting", {{}, "ConfigMap", ""},
                absl::StrCat("data.", key),
                absl::StrCat("Tekton has no setting \"", key, "\""))
      .set_hint(DidYouMean(key, keys));
}

// What stood in a YAML text, told of the setting.
void Append(const v1::Diagnostics& of_text, const Subject& subject,
            const std::string& path, DiagnosticList* diagnostics) {
  for (const v1::Diagnostic& d : of_text.diagnostics()) {
    const std::string message = absl::StrCat(
        d.path().empty() ? "" : absl::StrCat(d.path(), ": "), d.message());
    v1::Diagnostic& told =
        d.severity() == v1::SEVERITY_ERROR
            ? diagnostics->Error("bad-feature-flag", subject, path, message)
            : diagnostics->Warning(d.code(), subject, path, message);
    told.set_hint(d.hint());
  }
}

void Check(const Setting& setting, absl::string_view value,
           DiagnosticList* diagnostics) {
  const Subject subject({}, "ConfigMap", std::string(setting.config_map));
  const std::string path = absl::StrCat("data.", setting.key);
  FeatureFlags ignored;
  DiagnosticList of_text;
  const bool taken = setting.set(value, &ignored, &of_text);
  Append(of_text.Sorted(), subject, path, diagnostics);
  if (!taken && !of_text.has_errors()) {
    const bool shown =
        value.size() <= kLongestShown && !absl::StrContains(value, '\n');
    diagnostics
        ->Error("bad-feature-flag", subject, path,
                absl::StrCat(
                    setting.key, " can't be ",
                    shown ? absl::StrCat("\"", value, "\"") : "what it is"))
        .set_hint(absl::StrCat("it is ", setting.values));
  }
  if (!taken || setting.asks == nullptr || !setting.asks(value)) return;
  const std::string message = absl::StrCat(
      setting.key, ": ", value, " is not honoured here: ", setting.note);
  if (setting.use == SettingUse::kRefused) {
    diagnostics->Error("not-supported", subject, path, message);
  } else {
    diagnostics->Warning("setting-not-honoured", subject, path, message);
  }
}

}  // namespace

absl::Span<const Setting> Settings() { return kSettings; }

const Setting* FindSetting(absl::string_view key) {
  for (const Setting& setting : kSettings) {
    if (setting.key == key && IsRead(setting)) return &setting;
  }
  return nullptr;
}

void CheckSettings(const v1::PlanOptions& options,
                   DiagnosticList* diagnostics) {
  // In order, which that of a map is not.
  const std::map<std::string, std::string> sorted(
      options.feature_flags().begin(), options.feature_flags().end());
  for (const auto& [key, value] : sorted) {
    if (key == kExampleKey) continue;
    if (const Setting* setting = FindSetting(key)) {
      Check(*setting, value, diagnostics);
    } else {
      ReportUnknown(key, diagnostics);
    }
  }
}

}  // namespace colocation
