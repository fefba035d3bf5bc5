#include "colocation/colocation.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "colocation/check/check.h"
#include "colocation/decode/decode.h"
#include "colocation/decode/encode.h"
#include "colocation/decode/formats.h"
#include "colocation/decode/locate.h"
#include "colocation/diagnostics/field_path.h"
#include "colocation/plan/plan.h"
#include "colocation/render/pod.h"
#include "colocation/resolve/option_names.h"
#include "colocation/resolve/resolve.h"
#include "colocation/syntax/byte_budget.h"
#include "colocation/v1/tekton.pb.h"
#include "colocation/validate/feature_flags.h"
#include "colocation/validate/settings.h"
#include "colocation/validate/validate.h"

namespace colocation {
namespace {

constexpr char kNeedsPayload[] = "type.googleapis.com/colocation.v1.Needs";

constexpr int64_t kDefaultInputBytes = int64_t{64} << 20;
constexpr int64_t kDefaultPodBytes = 1'000'000;

// A rendered Pod is at most this many times as large as its part of the plan:
// the longest field name, with quotes, colon and comma, stands against the two
// bytes of a tag and length, and a dollar sign becomes seven bytes.
constexpr int64_t kMostRenderedBytesPerByte = 40;

int64_t OrDefault(int64_t value, int64_t otherwise) {
  return value > 0 ? value : otherwise;
}

int64_t InputBytes(const v1::PlanRequest& request) {
  int64_t bytes = 0;
  for (const v1::Document& document : request.documents()) {
    bytes += static_cast<int64_t>(document.content().size());
  }
  for (const v1::ResolvedReference& reference : request.resolved()) {
    bytes += static_cast<int64_t>(reference.document().content().size());
  }
  return bytes;
}

// Diagnostics that ask for something rather than name a fault.
bool AsksForSomething(const v1::Diagnostic& diagnostic) {
  static constexpr absl::string_view kCodes[] = {
      "unknown-pipeline-ref", "unknown-task-ref",   "unknown-step-ref",
      "unresolved-reference", "unknown-entrypoint", "unknown-service-account"};
  return absl::c_linear_search(kCodes, diagnostic.code());
}

// A document of a text, and an object in it; -1 for the document as a whole.
using Place = std::tuple<std::string, int, int>;

Place PlaceOf(const v1::Origin& origin) {
  return {origin.file(), origin.document(),
          origin.has_item() ? origin.item() : -1};
}

// What could not be read, and what that makes of the other findings.
class Unreadable {
 public:
  // `errors` are those of decoding.
  explicit Unreadable(absl::Span<const v1::Diagnostic> errors) {
    for (const v1::Diagnostic& error : errors) {
      if (error.severity() != v1::SEVERITY_ERROR) continue;
      if (error.path().empty()) {
        // The rest of the document is missing.
        documents_.insert({error.origin().file(), error.origin().document()});
        continue;
      }
      const absl::string_view field = error.path();
      fields_[PlaceOf(error.origin())].insert(std::string(field));
      parents_[PlaceOf(error.origin())].insert(
          std::string(field.substr(0, field.find_last_of(".["))));
    }
  }

  // A field that could not be read counts as absent: what is said about it,
  // about what it holds or about what lacks it is not news.
  bool Explains(const v1::Diagnostic& d) const {
    if (documents_.contains({d.origin().file(), d.origin().document()})) {
      return true;
    }
    const Place place = PlaceOf(d.origin());
    const auto fields = fields_.find(place);
    if (fields == fields_.end()) return false;
    const std::string& path = d.path();
    if (parents_.at(place).contains(path)) return true;
    for (size_t end = 0; end != std::string::npos;) {
      end = path.find_first_of(".[", end + 1);
      if (fields->second.contains(path.substr(0, end))) return true;
    }
    return false;
  }

 private:
  std::set<std::pair<std::string, int>> documents_;
  std::map<Place, std::set<std::string>> fields_;
  std::map<Place, std::set<std::string>> parents_;
};

// One request on its way.
class Session {
 public:
  explicit Session(const v1::PlanRequest& request)
      : request_(request),
        memory_(OrDefault(request.options().limits().memory_bytes(),
                          DefaultMemoryBytes(InputBytes(request)))) {}

  absl::StatusOr<v1::ColocationPlan> Plan();
  absl::StatusOr<v1::Diagnostics> ValidateAll();

 private:
  // Makes `objects_` a copy that may be changed, if they are the request's.
  v1::ObjectSet* OwnObjects();
  void Decode();
  // Reports texts of the wrong format in what was given as messages.
  void CheckGivenFormats();
  // Decodes and checks each object by itself. False where some could not be
  // read, so that others would only seem to lack them.
  bool ReadObjects();
  // Removes what only follows from errors of decoding.
  void DropConsequences();
  void AddToCluster(v1::PlanRequest* request) const;
  // The plan, not checked yet. Ends with the objects that were decoded.
  absl::StatusOr<v1::ColocationPlan> MakePlan();
  void CheckPodBytes(const v1::ColocationPlan& plan);
  // Resolves every run of the input, each by itself.
  void ResolveEachRun();
  // Where there is no run: whether anything has what the options name.
  void CheckOptionsAlone();
  // The name under which the text at `index` is known.
  std::string DocumentName(int index) const;
  // All diagnostics, with their places.
  v1::Diagnostics Located();
  // What stands in the way; `refusal` is the code for errors of no other kind.
  absl::Status Refused(absl::StatusCode refusal);

  const v1::PlanRequest& request_;
  // What reading its documents may take.
  ByteBudget memory_;
  // That copy.
  v1::ObjectSet own_;
  // Those of the request, and those of its documents.
  const v1::ObjectSet* objects_ = &request_.objects();
  DiagnosticList diagnostics_;
  // How many of them, errors and warnings, are from decoding.
  size_t decode_errors_ = 0;
  std::vector<v1::Need> needs_;
  // False where the input is too large to be looked at.
  bool decoded_ = false;
};

std::string Session::DocumentName(int index) const {
  const std::string& name = request_.documents(index).name();
  return name.empty() ? absl::StrCat("document-", index + 1) : name;
}

v1::ObjectSet* Session::OwnObjects() {
  if (objects_ != &own_) {
    own_ = *objects_;
    objects_ = &own_;
  }
  return &own_;
}

void Session::Decode() {
  const v1::PlanOptions& options = request_.options();
  DecodeOptions decode;
  decode.allow_unknown_fields = options.allow_unknown_fields();
  if (options.limits().depth() > 0) {
    decode.limits.depth = options.limits().depth();
  }
  decode.limits.memory = &memory_;
  if (options.limits().alias_events() > 0) {
    decode.limits.alias_events = options.limits().alias_events();
  }
  if (request_.documents().empty()) return;
  v1::ObjectSet* objects = OwnObjects();
  for (int i = 0; i < request_.documents_size(); ++i) {
    DecodeObjects(DocumentName(i), request_.documents(i).content(), decode,
                  objects, &diagnostics_);
  }
}

void Session::CheckGivenFormats() {
  const v1::ObjectSet& given = request_.objects();
  const auto objects = [&](absl::string_view kind, const auto& list) {
    for (const auto& object : list) {
      const Subject subject(object.origin(), std::string(kind),
                            object.metadata().name());
      CheckFormats(object, subject, FieldPath(""), &diagnostics_);
    }
  };
  objects("Pipeline", given.pipelines());
  objects("Task", given.tasks());
  objects("StepAction", given.step_actions());
  objects("PipelineRun", given.pipeline_runs());
  objects("TaskRun", given.task_runs());
  objects("LimitRange", given.limit_ranges());
  objects("Node", given.nodes());
  CheckFormats(request_.options(), {}, FieldPath("options"), &diagnostics_);
  CheckFormats(request_.cluster(), {}, FieldPath("cluster"), &diagnostics_);
}

bool Session::ReadObjects() {
  const int64_t bytes = InputBytes(request_);
  const int64_t most =
      OrDefault(request_.options().limits().input_bytes(), kDefaultInputBytes);
  if (bytes > most) {
    diagnostics_
        .Error("limit-input-bytes", {}, "",
               absl::StrCat("the input has ", bytes, " bytes; at most ", most,
                            " are read"))
        .set_hint("raise the limit `input_bytes` if this is meant");
    return false;
  }
  CheckGivenFormats();
  Decode();
  // Of what is beyond the limit nothing more is made.
  if (memory_.exceeded() ||
      !CheckTemplates(*objects_, ExpandedBytes(request_), &diagnostics_)) {
    return false;
  }
  decoded_ = true;
  bool complete = true;
  for (const v1::Diagnostic& d : diagnostics_.mutable_diagnostics()) {
    if (d.severity() != v1::SEVERITY_ERROR) continue;
    complete &=
        !d.path().empty() && d.path() != "kind" && d.path() != "apiVersion";
  }
  decode_errors_ = diagnostics_.mutable_diagnostics().size();
  CheckSettings(request_.options(), &diagnostics_);
  const FeatureFlags flags = FlagsOf(request_.options());
  Validate(*objects_, flags, &diagnostics_);
  ValidateForPods(*objects_, flags, &diagnostics_);
  ValidateCluster(request_.cluster(), &diagnostics_);
  return complete;
}

void Session::DropConsequences() {
  auto& all = diagnostics_.mutable_diagnostics();
  const auto first = all.begin() + decode_errors_;
  const Unreadable unreadable({all.data(), decode_errors_});
  all.erase(std::remove_if(first, all.end(),
                           [&](const v1::Diagnostic& d) {
                             return unreadable.Explains(d);
                           }),
            all.end());
}

void Session::AddToCluster(v1::PlanRequest* request) const {
  v1::Cluster* cluster = request->mutable_cluster();
  cluster->mutable_limit_ranges()->MergeFrom(objects_->limit_ranges());
  cluster->mutable_nodes()->MergeFrom(objects_->nodes());
  cluster->mutable_resource_quotas()->MergeFrom(objects_->resource_quotas());
  cluster->mutable_service_accounts()->MergeFrom(objects_->service_accounts());
  cluster->mutable_secrets()->MergeFrom(objects_->secrets());
}

void Session::CheckPodBytes(const v1::ColocationPlan& plan) {
  const int64_t most =
      OrDefault(request_.options().limits().pod_bytes(), kDefaultPodBytes);
  for (const v1::PlannedPod& pod : plan.pods()) {
    const int64_t size = static_cast<int64_t>(pod.ByteSizeLong());
    if (size <= most / kMostRenderedBytesPerByte) continue;
    const int64_t rendered =
        static_cast<int64_t>(ToJson(RenderPod(plan, pod)).size());
    if (rendered <= most) continue;
    diagnostics_
        .Error("limit-pod-bytes", {}, "",
               absl::StrCat("the Pod \"", pod.name(), "\" of the tasks ",
                            absl::StrJoin(pod.tasks(), ", "), " would have ",
                            rendered, " bytes; at most ", most, " are allowed"))
        .set_hint(
            "let fewer tasks share a workspace, or raise the limit "
            "`pod_bytes`; a cluster refuses more than 1.5 MiB");
  }
}

absl::StatusOr<v1::ColocationPlan> Session::MakePlan() {
  if (!ReadObjects()) return Refused(absl::StatusCode::kInvalidArgument);
  const ResolvedRun run = Resolve(*objects_, request_, &diagnostics_, &needs_,
                                  Rules::kTektonAndKubernetes);
  if (diagnostics_.has_errors()) {
    return Refused(absl::StatusCode::kInvalidArgument);
  }

  v1::PlanRequest with_cluster;
  const v1::PlanRequest* request = &request_;
  if (objects_->limit_ranges_size() > 0 || objects_->nodes_size() > 0 ||
      objects_->resource_quotas_size() > 0 ||
      objects_->service_accounts_size() > 0 || objects_->secrets_size() > 0) {
    *with_cluster.mutable_options() = request_.options();
    *with_cluster.mutable_cluster() = request_.cluster();
    *with_cluster.mutable_images() = request_.images();
    AddToCluster(&with_cluster);
    request = &with_cluster;
  }
  // What was decoded for it is in the run now. That of a large one is room
  // enough for much of its plan.
  v1::ObjectSet().Swap(&own_);
  v1::ColocationPlan plan =
      colocation::Plan(run, *request, &diagnostics_, &needs_);
  if (diagnostics_.has_errors() || !needs_.empty()) {
    return Refused(absl::StatusCode::kFailedPrecondition);
  }
  return plan;
}

absl::StatusOr<v1::ColocationPlan> Session::Plan() {
  absl::StatusOr<v1::ColocationPlan> plan = MakePlan();
  if (!plan.ok()) return plan;
  CheckPodBytes(*plan);
  if (diagnostics_.has_errors()) {
    return Refused(absl::StatusCode::kResourceExhausted);
  }
  const v1::Diagnostics faults = CheckPlan(*plan);
  if (!faults.diagnostics().empty()) {
    return absl::InternalError(absl::StrCat(
        "this is a fault of colocation, please report it with its input: the "
        "plan does not hold: ",
        ToLogLine(faults.diagnostics(0))));
  }
  if (!diagnostics_.empty()) {
    *plan->mutable_warnings() = std::move(*Located().mutable_diagnostics());
  }
  return plan;
}

void Session::ResolveEachRun() {
  // The runs are taken out and put back one at a time, so that the rest is not
  // copied for each.
  google::protobuf::RepeatedPtrField<v1::PipelineRun> pipeline_runs;
  google::protobuf::RepeatedPtrField<v1::TaskRun> task_runs;
  v1::ObjectSet& objects = *OwnObjects();
  pipeline_runs.Swap(objects.mutable_pipeline_runs());
  task_runs.Swap(objects.mutable_task_runs());
  for (v1::PipelineRun& run : pipeline_runs) {
    objects.add_pipeline_runs()->Swap(&run);
    Resolve(objects, request_, &diagnostics_, &needs_,
            Rules::kTektonAndKubernetes);
    objects.clear_pipeline_runs();
  }
  for (v1::TaskRun& run : task_runs) {
    objects.add_task_runs()->Swap(&run);
    Resolve(objects, request_, &diagnostics_, &needs_,
            Rules::kTektonAndKubernetes);
    objects.clear_task_runs();
  }
}

void Session::CheckOptionsAlone() {
  UsableNames names;
  for (const v1::Pipeline& pipeline : objects_->pipelines()) {
    AddUsableNames(pipeline.spec(), &names);
  }
  for (const v1::Task& task : objects_->tasks()) {
    AddUsableNames(task.spec(), &names);
  }
  CheckOptionNames(request_.options(), names, &diagnostics_);
}

absl::StatusOr<v1::Diagnostics> Session::ValidateAll() {
  const bool complete = ReadObjects();
  if (!decoded_) return Refused(absl::StatusCode::kInvalidArgument);
  const size_t alone = diagnostics_.mutable_diagnostics().size();
  if (!request_.options().run().empty()) {
    Resolve(*objects_, request_, &diagnostics_, &needs_,
            Rules::kTektonAndKubernetes);
  } else if (objects_->pipeline_runs_size() + objects_->task_runs_size() > 0) {
    ResolveEachRun();
  } else if (complete) {
    CheckOptionsAlone();
  }
  if (!complete) {
    // What the runs lack may be what could not be read.
    auto& all = diagnostics_.mutable_diagnostics();
    all.erase(std::remove_if(all.begin() + alone, all.end(),
                             [](const v1::Diagnostic& d) {
                               return AsksForSomething(d) ||
                                      d.code() == "unknown-run" ||
                                      d.code() == "nothing-to-plan";
                             }),
              all.end());
    needs_.clear();
  }
  if (diagnostics_.has_errors()) {
    return Refused(absl::StatusCode::kInvalidArgument);
  }
  return Located();
}

v1::Diagnostics Session::Located() {
  if (decode_errors_ > 0) DropConsequences();
  // A name that stands for two texts says nothing about the place.
  std::map<std::string, std::pair<int, const std::string*>> texts;
  const auto add = [&](const std::string& name, const std::string& content) {
    auto& [count, text] = texts[name];
    ++count;
    text = &content;
  };
  for (int i = 0; i < request_.documents_size(); ++i) {
    add(DocumentName(i), request_.documents(i).content());
  }
  for (const v1::ResolvedReference& reference : request_.resolved()) {
    add(reference.document().name(), reference.document().content());
  }
  for (const auto& [name, text] : texts) {
    if (text.first == 1) LocateDiagnostics(name, *text.second, &diagnostics_);
  }
  return diagnostics_.Sorted();
}

absl::Status Session::Refused(absl::StatusCode refusal) {
  const v1::Diagnostics diagnostics = Located();
  bool asks_only = !needs_.empty();
  bool limit = false;
  for (const v1::Diagnostic& d : diagnostics.diagnostics()) {
    if (d.severity() != v1::SEVERITY_ERROR) continue;
    limit |= absl::StartsWith(d.code(), "limit-");
    asks_only &= AsksForSomething(d);
  }
  absl::Status status = ToStatus(limit ? absl::StatusCode::kResourceExhausted
                                 : asks_only ? absl::StatusCode::kNotFound
                                             : refusal,
                                 diagnostics);
  if (!needs_.empty()) {
    v1::Needs needs;
    for (v1::Need& need : needs_) needs.add_needs()->Swap(&need);
    status.SetPayload(kNeedsPayload, absl::Cord(needs.SerializeAsString()));
  }
  return status;
}

}  // namespace

absl::StatusOr<v1::ColocationPlan> PlanRun(const v1::PlanRequest& request) {
  return Session(request).Plan();
}

absl::StatusOr<v1::Diagnostics> ValidateRequest(
    const v1::PlanRequest& request) {
  return Session(request).ValidateAll();
}

v1::Needs NeedsOf(const absl::Status& status) {
  v1::Needs needs;
  const auto payload = status.GetPayload(kNeedsPayload);
  if (!payload || !needs.ParseFromString(std::string(*payload))) return {};
  return needs;
}

}  // namespace colocation
