// What is wrong with a node, and what its author may have meant.

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "colocation/decode/event_scalar.h"
#include "colocation/decode/node_decoder.h"
#include "colocation/decode/scalar.h"
#include "colocation/decode/source_text.h"
#include "colocation/diagnostics/nearest_name.h"

namespace colocation {
namespace {

constexpr size_t kMaxDiagnostics = 1000;

// Fields that people write for what they had in another version, or have in
// another object, and what to write instead.
struct Misplaced {
  absl::string_view message;
  absl::string_view field;
  absl::string_view hint;
};

constexpr absl::string_view kNoResources =
    "Tekton has removed PipelineResources: use params, results and workspaces";
constexpr absl::string_view kBundle =
    "use \"resolver: bundles\" with params bundle, name and kind";

constexpr Misplaced kMisplaced[] = {
    {"ParamSpec", "value", "a parameter is declared with a \"default\""},
    {"PipelineRef", "bundle", kBundle},
    {"PipelineRunSpec", "podTemplate", "this is taskRunTemplate.podTemplate"},
    {"PipelineRunSpec", "resources", kNoResources},
    {"PipelineRunSpec", "serviceAccountName",
     "this is taskRunTemplate.serviceAccountName"},
    {"PipelineRunSpec", "timeout", "this is timeouts.pipeline"},
    {"PipelineSpec", "resources", kNoResources},
    {"PipelineSpec", "steps",
     "steps are a Task's: put them into the taskSpec of one of the tasks"},
    {"PipelineSpec", "timeout", "the PipelineRun has timeouts.pipeline"},
    {"PipelineSpec", "timeouts", "the PipelineRun has them"},
    {"PipelineTask", "conditions",
     "Tekton has removed Conditions: use \"when\""},
    {"PipelineTask", "resources", kNoResources},
    {"PipelineTask", "steps", "put them into taskSpec"},
    {"TaskRef", "bundle", kBundle},
    {"TaskRunSpec", "resources", kNoResources},
    {"TaskSpec", "inputs", kNoResources},
    {"TaskSpec", "outputs", kNoResources},
    {"TaskSpec", "resources", kNoResources},
};

absl::string_view WhereItBelongs(absl::string_view message,
                                 absl::string_view field) {
  for (const Misplaced& known : kMisplaced) {
    if (known.message == message && known.field == field) return known.hint;
  }
  return "";
}

std::string Shown(const Event& event) {
  constexpr size_t kMost = 40;
  if (event.value.size() <= kMost) return std::string(event.value);
  return absl::StrCat(event.value.substr(0, kMost), "...");
}

}  // namespace

std::string NodeDecoder::TemplateHint(int line) const {
  if (!absl::StrContains(SourceLine(text_, line), "{{")) return "";
  return "this looks like a template: fill it in first (as \"helm template\" "
         "does), or put \"{{ ... }}\" in quotes";
}

v1::Diagnostic& NodeDecoder::Error(absl::string_view code,
                                   const FieldPath& path, std::string message,
                                   Mark start, Mark end) {
  v1::Diagnostic& d =
      diagnostics_.Error(code, subject_, path.ToString(), std::move(message));
  // Those beyond are not kept (diagnostics.cc), and looking for a line takes
  // long in a large text.
  constexpr size_t kMostLocated = 1000;
  if (diagnostics_.errors() <= kMostLocated) {
    SetPosition(text_, start, end, &d);
  }
  return d;
}

void NodeDecoder::WrongType(absl::string_view wanted, const Event& event,
                            const FieldPath& path, absl::string_view hint) {
  std::string found;
  switch (event.type) {
    case Event::Type::kSequenceStart:
      found = "a list";
      break;
    case Event::Type::kMappingStart:
      found = "a mapping";
      break;
    case Event::Type::kScalar: {
      const Scalar scalar = ResolveScalar(event);
      found =
          absl::StrCat(Describe(scalar.type), " ",
                       scalar.type == Scalar::Type::kNull ? "" : Shown(event));
      break;
    }
    default:
      return;
  }
  const Mark start = event.start;
  const Mark end = event.type == Event::Type::kScalar ? event.end : event.start;
  std::string of_template;
  if (event.type == Event::Type::kMappingStart) {
    of_template = TemplateHint(start.line);
  }
  Error("wrong-type", path,
        absl::StrCat("expected ", wanted, ", found ",
                     absl::StripAsciiWhitespace(found)),
        start, end)
      .set_hint(of_template.empty() ? std::string(hint) : of_template);
}

void NodeDecoder::UnknownField(const FieldTable& table, const Key& key,
                               const FieldPath& path) {
  const std::string message = absl::StrCat("unknown field \"", key.name, "\"");
  if (options_.allow_unknown_fields) {
    v1::Diagnostic& d =
        diagnostics_.Warning("unknown-field", subject_, path.ToString(),
                             absl::StrCat(message, " is left out"));
    SetPosition(text_, key.start, key.end, &d);
    return;
  }
  if (diagnostics_.errors() >= kMaxDiagnostics) return;
  std::string hint;
  const bool v1 = version_ == ApiVersion::kV1;
  const ApiVersion other = v1 ? ApiVersion::kV1beta1 : ApiVersion::kV1;
  const absl::string_view belongs =
      WhereItBelongs(table.type()->name(), key.name);
  if (!belongs.empty()) {
    hint = std::string(belongs);
  } else if (const FieldInfo* info = table.Find(key.name, other)) {
    const absl::string_view here = info->NameIn(version_);
    const absl::string_view there = v1 ? "tekton.dev/v1beta1" : "tekton.dev/v1";
    hint = here.empty() ? absl::StrCat("only ", there, " has it")
                        : absl::StrCat("this is \"", here, "\" here; ", there,
                                       " calls it \"", key.name, "\"");
  } else {
    hint = DidYouMean(key.name, table.Names(version_));
  }
  Error("unknown-field", path, message, key.start, key.end).set_hint(hint);
}

void NodeDecoder::OtherCase(const FieldInfo& info, const Key& key,
                            const FieldPath& path, bool passed_over) {
  if (diagnostics_.mutable_diagnostics().size() >= kMaxDiagnostics) return;
  const absl::string_view name = info.NameIn(version_);
  const std::string quoted = absl::StrCat("\"", key.name, "\"");
  std::string message, hint = "remove one of the two";
  if (key.name == name) {
    message = absl::StrCat(quoted,
                           " counts, not what stands before it in other "
                           "letters");
  } else if (passed_over) {
    message = absl::StrCat(quoted, " is passed over, as there is \"", name,
                           "\" before it");
  } else {
    message = absl::StrCat(quoted, " is taken for \"", name,
                           "\", as Tekton takes it here");
    hint = absl::StrCat("write it as \"", name, "\"");
  }
  v1::Diagnostic& d =
      diagnostics_.Warning("field-case", subject_, path.ToString(), message);
  d.set_hint(hint);
  SetPosition(text_, key.start, key.end, &d);
}

void NodeDecoder::DuplicateKey(const Key& key, const FieldPath& path) {
  Error("duplicate-key", path,
        absl::StrCat("\"", key.name, "\" stands twice in this mapping"),
        key.start, key.end)
      .set_hint("remove one of the two");
}

}  // namespace colocation
