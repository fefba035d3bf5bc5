#include "colocation/decode/decode.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "colocation/decode/convert.h"
#include "colocation/decode/field_table.h"
#include "colocation/decode/json_escapes.h"
#include "colocation/decode/node_decoder.h"
#include "colocation/decode/scalar.h"
#include "colocation/decode/source_text.h"
#include "colocation/diagnostics/nearest_name.h"

namespace colocation {

using google::protobuf::Message;

namespace {

constexpr absl::string_view kTektonV1 = "tekton.dev/v1";
constexpr absl::string_view kTektonV1beta1 = "tekton.dev/v1beta1";
constexpr absl::string_view kTektonV1alpha1 = "tekton.dev/v1alpha1";

// One message of the set for an object of a kind that we read.
Message* AddObject(absl::string_view kind, v1::ObjectSet* objects) {
  if (kind == "Pipeline") return objects->add_pipelines();
  if (kind == "Task") return objects->add_tasks();
  if (kind == "StepAction") return objects->add_step_actions();
  if (kind == "PipelineRun") return objects->add_pipeline_runs();
  if (kind == "TaskRun") return objects->add_task_runs();
  if (kind == "LimitRange") return objects->add_limit_ranges();
  if (kind == "Node") return objects->add_nodes();
  if (kind == "ResourceQuota") return objects->add_resource_quotas();
  if (kind == "ServiceAccount") return objects->add_service_accounts();
  return nullptr;
}

bool IsTektonKind(absl::string_view kind) {
  return kind == "Pipeline" || kind == "Task" || kind == "StepAction" ||
         kind == "PipelineRun" || kind == "TaskRun";
}

// A scalar that Kubernetes reads as a string.
bool IsText(const Event& event) {
  return event.type == Event::Type::kScalar &&
         (!event.plain ||
          ResolvePlainScalar(event.value).type == Scalar::Type::kString);
}

class DocumentDecoder {
 public:
  DocumentDecoder(absl::string_view name, absl::string_view text,
                  const DecodeOptions& options, v1::ObjectSet* objects,
                  DiagnosticList* diagnostics)
      : text_(text),
        reader_(text, options.limits),
        decoder_(reader_, text, options, *diagnostics),
        objects_(objects),
        diagnostics_(*diagnostics) {
    origin_.set_file(std::string(name));
  }

  void DecodeStream() {
    // The text may be faulty before its first document.
    decoder_.Begin({origin_, "", ""}, ApiVersion::kV1);
    for (int document = 0;; ++document) {
      const Event event = reader_.Next();
      if (event.type != Event::Type::kDocumentStart) {
        ReportReaderError(event);
        return;
      }
      origin_.set_document(document);
      origin_.clear_item();
      decoder_.Begin({origin_, "", ""}, ApiVersion::kV1);
      const Event root = reader_.Peek();
      if (root.type == Event::Type::kMappingStart) {
        DecodeObject();
      } else if (root.type == Event::Type::kScalar && root.plain &&
                 root.value.empty()) {
        reader_.SkipNode();  // An empty document.
      } else if (root.type != Event::Type::kError) {
        decoder_
            .Error("not-an-object", FieldPath(""),
                   "this document is no Kubernetes object", root.start,
                   root.start)
            .set_hint(
                "a document is a mapping with apiVersion, kind and metadata");
        reader_.SkipNode();
      }
      const Event end = reader_.Next();
      if (end.type != Event::Type::kDocumentEnd) {
        ReportReaderError(end);
        return;
      }
    }
  }

  // One document that is `message`.
  void DecodeOnly(Message* message) {
    decoder_.Begin({origin_, message->GetDescriptor()->name(), ""},
                   ApiVersion::kV1);
    const Event event = reader_.Next();
    if (event.type != Event::Type::kDocumentStart) {
      ReportReaderError(event);
      if (event.type == Event::Type::kStreamEnd) {
        decoder_.Error("not-an-object", FieldPath(""), "the text is empty",
                       event.start, event.end);
      }
      return;
    }
    decoder_.DecodeNode(FieldTable::For(message->GetDescriptor()), message,
                        FieldPath(""));
    const Event end = reader_.Next();
    const Event next = reader_.Next();
    ReportReaderError(end.type == Event::Type::kError ? end : next);
    if (next.type == Event::Type::kDocumentStart) {
      decoder_.Error("not-an-object", FieldPath(""),
                     "only one document is allowed here", next.start, next.end);
    }
  }

 private:
  // The object whose mapping comes next.
  void DecodeObject() {
    const Mark start = reader_.Next().start;
    // Most objects begin with these two; what stands before them is set aside.
    std::string api_version, kind;
    bool has_api_version = false, has_kind = false;
    std::vector<NodeDecoder::Member> members;
    decoder_.Begin({origin_, "", ""}, ApiVersion::kV1);
    NodeDecoder::Key key;
    bool merge = false;
    while (decoder_.ReadKey(&key, &merge)) {
      if (key.name == "apiVersion" || key.name == "kind") {
        const Event value = reader_.Peek();
        const bool text = IsText(value) && !value.value.empty();
        (key.name == "kind" ? kind : api_version) =
            text ? std::string(value.value) : std::string();
        (key.name == "kind" ? has_kind : has_api_version) = text;
      }
      members.push_back({key, merge, reader_.Capture()});
      if (has_api_version && has_kind) {
        DecodeKnown(api_version, kind, members);
        return;
      }
    }
    if (reader_.Peek().type == Event::Type::kError) return;
    decoder_.Begin({origin_, kind, ""}, ApiVersion::kV1);
    if (!has_api_version) {
      decoder_
          .Error("missing-api-version", FieldPath("apiVersion"),
                 "this object has no apiVersion", start, start)
          .set_hint("for Tekton's objects it is \"tekton.dev/v1\"");
    }
    if (!has_kind) {
      decoder_
          .Error("missing-kind", FieldPath("kind"), "this object has no kind",
                 start, start)
          .set_hint("such as \"Pipeline\", \"Task\" or \"PipelineRun\"");
    }
  }

  // The rest of the object, of which `members` have been read.
  void DecodeKnown(const std::string& api_version, const std::string& kind,
                   const std::vector<NodeDecoder::Member>& members) {
    const size_t first_diagnostic = diagnostics_.mutable_diagnostics().size();
    decoder_.Begin({origin_, kind, ""}, ApiVersion::kV1);
    const bool list_version = api_version == "v1" || api_version == kTektonV1 ||
                              api_version == kTektonV1beta1;
    if (list_version && absl::EndsWith(kind, "List")) {
      DecodeList(members);
      return;
    }
    Message* message = nullptr;
    ApiVersion version = ApiVersion::kV1;
    const bool tekton = absl::StartsWith(api_version, "tekton.dev/");
    if (tekton && IsTektonKind(kind)) {
      const bool step_action = kind == "StepAction";
      const bool known = api_version == kTektonV1beta1 ||
                         (step_action ? api_version == kTektonV1alpha1
                                      : api_version == kTektonV1);
      if (!known) {
        const Event at = ApiVersionValue(members);
        decoder_
            .Error("unsupported-api-version", FieldPath("apiVersion"),
                   absl::StrCat("there is no ", kind, " in ", api_version),
                   at.start, at.end)
            .set_hint(
                step_action
                    ? "use tekton.dev/v1beta1"
                    : "use tekton.dev/v1; Tekton has removed older versions");
      } else {
        message = AddObject(kind, objects_);
        if (!step_action && api_version == kTektonV1beta1)
          version = ApiVersion::kV1beta1;
      }
    } else if (api_version == "v1" &&
               (kind == "LimitRange" || kind == "Node" ||
                kind == "ResourceQuota" || kind == "ServiceAccount")) {
      message = AddObject(kind, objects_);
    } else if (api_version == "v1" && kind == "Secret") {
      DecodeSecret(members);
      return;
    }
    if (message == nullptr) {
      DecodeOther(api_version, kind, members);
      return;
    }
    decoder_.Begin({origin_, kind, ""}, version);
    decoder_.DecodeMembers(FieldTable::For(message->GetDescriptor()), members,
                           message, FieldPath(""));
    const auto* reflection = message->GetReflection();
    *static_cast<v1::Origin*>(reflection->MutableMessage(
        message, message->GetDescriptor()->FindFieldByName("origin"))) =
        origin_;
    const auto& metadata =
        static_cast<const v1::ObjectMeta&>(reflection->GetMessage(
            *message, message->GetDescriptor()->FindFieldByName("metadata")));
    NameDiagnostics(first_diagnostic, metadata.has_name()
                                          ? metadata.name()
                                          : metadata.generate_name());
    if (version == ApiVersion::kV1beta1) ConvertToV1(message);
  }

  // Nothing else of a Secret is read, so that no part of its data can get
  // anywhere; other annotations may hold a copy of it, as kubectl's
  // last-applied-configuration does.
  void DecodeSecret(const std::vector<NodeDecoder::Member>& members) {
    v1::Secret* secret = objects_->add_secrets();
    secret->set_api_version("v1");
    secret->set_kind("Secret");
    *secret->mutable_origin() = origin_;
    const auto member = [&](const NodeDecoder::Key& key) {
      if (key.name == "type") {
        secret->set_type(TakeText("type"));
      } else if (key.name == "metadata" &&
                 reader_.Peek().type == Event::Type::kMappingStart) {
        reader_.Next();
        DecodeSecretMetadata(secret->mutable_metadata());
      } else {
        reader_.SkipNode();
      }
    };
    for (const NodeDecoder::Member& m : members) {
      reader_.Replay(m.value);
      member(m.key);
    }
    decoder_.ForEachMember(FieldPath(""), member);
  }

  void DecodeSecretMetadata(v1::ObjectMeta* metadata) {
    decoder_.ForEachMember(FieldPath(""), [&](const NodeDecoder::Key& key) {
      if (key.name == "name") {
        metadata->set_name(TakeText("metadata.name"));
      } else if (key.name == "namespace") {
        metadata->set_namespace_(TakeText("metadata.namespace"));
      } else if (key.name == "annotations" &&
                 reader_.Peek().type == Event::Type::kMappingStart) {
        reader_.Next();
        decoder_.ForEachMember(FieldPath(""), [&](const NodeDecoder::Key& a) {
          if (absl::StartsWith(a.name, "tekton.dev/git-") ||
              absl::StartsWith(a.name, "tekton.dev/docker-")) {
            (*metadata->mutable_annotations())[a.name] =
                TakeText(absl::StrCat("metadata.annotations.", a.name));
          } else {
            reader_.SkipNode();
          }
        });
      } else {
        reader_.SkipNode();
      }
    });
  }

  // The text of the next node; nothing, with an error that doesn't show it,
  // where it is none.
  std::string TakeText(absl::string_view path) {
    const Event value = reader_.Peek();
    std::string text;
    const bool null =
        value.type == Event::Type::kScalar && !IsText(value) &&
        ResolvePlainScalar(value.value).type == Scalar::Type::kNull;
    if (IsText(value)) {
      text = std::string(value.value);
    } else if (!null && value.type != Event::Type::kError) {
      decoder_
          .Error("wrong-type", FieldPath(path), "this has to be a string",
                 value.start, value.start)
          .set_hint("put it in quotes");
    }
    reader_.SkipNode();
    return text;
  }

  void DecodeOther(const std::string& api_version, const std::string& kind,
                   const std::vector<NodeDecoder::Member>& members) {
    v1::OtherObject* other = objects_->add_others();
    other->set_api_version(api_version);
    other->set_kind(kind);
    *other->mutable_origin() = origin_;
    // Of a kind that stands twice, the API server takes the last.
    std::string last_version = api_version, last_kind = kind;
    std::optional<NodeDecoder::Key> again;
    const auto member = [&](const NodeDecoder::Key& key) {
      if (key.name == "apiVersion" || key.name == "kind") {
        const Event& value = reader_.Peek();
        std::string& last = key.name == "kind" ? last_kind : last_version;
        if (IsText(value) && last != value.value) {
          last = std::string(value.value);
          again = key;
        }
      }
      if (key.name != "metadata" ||
          reader_.Peek().type != Event::Type::kMappingStart) {
        reader_.SkipNode();
        return;
      }
      reader_.Next();
      decoder_.ForEachMember(FieldPath(""), [&](const NodeDecoder::Key& inner) {
        const Event& value = reader_.Peek();
        if (inner.name == "name" && value.type == Event::Type::kScalar) {
          other->set_name(std::string(value.value));
        }
        reader_.SkipNode();
      });
    };
    for (const NodeDecoder::Member& m : members) {
      reader_.Replay(m.value);
      member(m.key);
    }
    decoder_.ForEachMember(FieldPath(""), member);
    if (again.has_value() && absl::StartsWith(last_version, "tekton.dev/") &&
        IsTektonKind(last_kind)) {
      decoder_.Begin({origin_, last_kind, other->name()}, ApiVersion::kV1);
      ReportTwice(*again);
    }
  }

  void ReportTwice(const NodeDecoder::Key& key) {
    decoder_
        .Error("duplicate-key", FieldPath(key.name),
               absl::StrCat("\"", key.name, "\" stands twice in this mapping"),
               key.start, key.end)
        .set_hint("remove one of the two");
  }

  // The objects in `items`; anything else of a List doesn't matter.
  void DecodeList(const std::vector<NodeDecoder::Member>& members) {
    const v1::Origin list = origin_;
    bool has_items = false;
    const auto member = [&](const NodeDecoder::Key& key) {
      if (key.name != "items" ||
          reader_.Peek().type != Event::Type::kSequenceStart) {
        reader_.SkipNode();
        return;
      }
      if (std::exchange(has_items, true)) {
        ReportTwice(key);
        reader_.SkipNode();
        return;
      }
      reader_.Next();
      for (int item = 0; reader_.Peek().type != Event::Type::kSequenceEnd;
           ++item) {
        const Event next = reader_.Peek();
        if (next.type == Event::Type::kError) return;
        origin_.set_item(item);
        if (next.type == Event::Type::kMappingStart) {
          DecodeObject();
        } else {
          decoder_.Error("not-an-object", FieldPath("items").Index(item),
                         "this item is no Kubernetes object", next.start,
                         next.end);
          reader_.SkipNode();
        }
      }
      reader_.Next();
      origin_ = list;
    };
    for (const NodeDecoder::Member& m : members) {
      reader_.Replay(m.value);
      member(m.key);
    }
    decoder_.ForEachMember(FieldPath(""), member);
  }

  static Event ApiVersionValue(
      const std::vector<NodeDecoder::Member>& members) {
    for (const NodeDecoder::Member& member : members) {
      if (member.key.name == "apiVersion") return member.value->event(0);
    }
    return {};
  }

  void NameDiagnostics(size_t first, const std::string& name) {
    auto& all = diagnostics_.mutable_diagnostics();
    for (size_t i = first; i < all.size(); ++i) all[i].set_name(name);
  }

  void ReportReaderError(const Event& event) {
    if (event.type != Event::Type::kError) return;
    const EventReader::Error& error = reader_.error();
    std::string hint = error.hint;
    // Of "{{ if x }}" the reader complains a line later.
    for (int line = error.mark.line; hint.empty() && line >= 0; --line) {
      hint = decoder_.TemplateHint(line);
      if (line < error.mark.line) break;
    }
    decoder_
        .Error(error.code, FieldPath(""), error.message, error.mark, error.mark)
        .set_hint(hint);
  }

  absl::string_view text_;
  EventReader reader_;
  NodeDecoder decoder_;
  v1::ObjectSet* objects_;
  DiagnosticList& diagnostics_;
  v1::Origin origin_;
};

}  // namespace

void DecodeObjects(absl::string_view name, absl::string_view text,
                   const DecodeOptions& options, v1::ObjectSet* objects,
                   DiagnosticList* diagnostics) {
  std::string joined = JoinJsonSurrogates(text);
  // Kubernetes' reader ends every line, so that a literal block at the very end
  // of a text has its newline.
  if (joined.empty() && !text.empty() && text.back() != '\n') {
    joined = absl::StrCat(text, "\n");
  }
  DocumentDecoder(name, joined.empty() ? text : joined, options, objects,
                  diagnostics)
      .DecodeStream();
}

void DecodeMessage(absl::string_view name, absl::string_view text,
                   const DecodeOptions& options, Message* message,
                   DiagnosticList* diagnostics) {
  const std::string joined = JoinJsonSurrogates(text);
  DocumentDecoder(name, joined.empty() ? text : joined, options, nullptr,
                  diagnostics)
      .DecodeOnly(message);
}

}  // namespace colocation
