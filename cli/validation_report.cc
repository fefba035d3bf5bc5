#include "cli/validation_report.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <set>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "cli/report.h"
#include "colocation/decode/decode.h"
#include "colocation/decode/json_string.h"
#include "colocation/diagnostics/diagnostics.h"
#include "colocation/v1/tekton.pb.h"
#include "colocation/version.h"

namespace colocation::cli {
namespace {

std::string Json(absl::string_view text) {
  std::string json;
  AppendJsonString(text, &json);
  return json;
}

// `path` as a relative URI reference (RFC 3986).
std::string ToUri(absl::string_view path) {
  std::string uri;
  for (const unsigned char c : path) {
    if (absl::ascii_isalnum(c) ||
        absl::StrContains("-._~/", static_cast<char>(c))) {
      uri.push_back(static_cast<char>(c));
    } else {
      absl::StrAppendFormat(&uri, "%%%02X", c);
    }
  }
  return uri;
}

// What is wrong where, and what to do.
std::string MessageOf(const v1::Diagnostic& d) {
  return absl::StrCat(d.path(), d.path().empty() ? "" : ": ", d.message(),
                      d.hint().empty() ? "" : "\n", d.hint());
}

std::string FileOf(const v1::Position& position, const v1::Origin& origin) {
  return position.file().empty() ? origin.file() : position.file();
}

// A location's members, without its braces; empty for no place.
std::string Location(const v1::Position& position, const v1::Origin& origin) {
  const std::string file = FileOf(position, origin);
  if (file.empty()) return "";
  std::string json = absl::StrCat(
      "\"physicalLocation\":{\"artifactLocation\":{\"uri\":", Json(ToUri(file)),
      "}");
  if (position.line() > 0) {
    absl::StrAppend(&json, ",\"region\":{\"startLine\":", position.line(),
                    ",\"startColumn\":", position.column(),
                    ",\"endLine\":", position.end_line(),
                    ",\"endColumn\":", position.end_column(), "}");
  }
  return absl::StrCat(json, "}");
}

std::string Result(const v1::Diagnostic& d) {
  std::string json = absl::StrCat(
      "{\"ruleId\":", Json(d.code()), ",\"level\":\"",
      d.severity() == v1::SEVERITY_WARNING ? "warning" : "error",
      "\",\"message\":{\"text\":", Json(MessageOf(d)), "},\"locations\":[");
  if (const std::string place = Location(d.position(), d.origin());
      !place.empty()) {
    absl::StrAppend(&json, "{", place, "}");
  }
  absl::StrAppend(&json, "]");
  std::vector<std::string> related;
  for (const v1::RelatedPlace& r : d.related()) {
    const std::string place = Location(r.position(), r.origin());
    if (place.empty()) continue;
    related.push_back(absl::StrCat(
        "{", place, ",\"message\":{\"text\":", Json(r.message()), "}}"));
  }
  if (!related.empty()) {
    absl::StrAppend(&json, ",\"relatedLocations\":[",
                    absl::StrJoin(related, ","), "]");
  }
  return absl::StrCat(json, "}");
}

// The value of a workflow command.
std::string GitHubData(absl::string_view text) {
  return absl::StrReplaceAll(text,
                             {{"%", "%25"}, {"\r", "%0D"}, {"\n", "%0A"}});
}

// That of one of its properties.
std::string GitHubProperty(absl::string_view text) {
  return absl::StrReplaceAll(GitHubData(text), {{":", "%3A"}, {",", "%2C"}});
}

}  // namespace

ValidatedInput CountInput(const Inputs& inputs) {
  v1::ObjectSet objects;
  DiagnosticList ignored;
  for (const v1::Document& document : inputs.documents) {
    DecodeObjects(document.name(), document.content(), {}, &objects, &ignored);
  }
  ValidatedInput input;
  input.objects = objects.pipelines_size() + objects.tasks_size() +
                  objects.step_actions_size() + objects.pipeline_runs_size() +
                  objects.task_runs_size();
  const google::protobuf::Reflection* reflection = objects.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> lists;
  reflection->ListFields(objects, &lists);
  for (const google::protobuf::FieldDescriptor* list : lists) {
    input.others += reflection->FieldSize(objects, list);
  }
  input.others -= input.objects;
  input.files = static_cast<int>(inputs.documents.size());
  input.passed_over = inputs.passed_over;
  return input;
}

std::string ValidationSummary(const ValidatedInput& input,
                              const v1::Diagnostics& diagnostics) {
  const std::string counts = CountsText(diagnostics);
  std::string text = absl::StrCat(Count(input.objects, "object"), " in ",
                                  Count(input.files, "file"), ": ",
                                  counts.empty() ? "no faults" : counts, "\n");
  if (input.others > 0) {
    absl::StrAppend(&text, "not checked: ", Count(input.others, "object"),
                    " of other kinds\n");
  }
  if (input.passed_over > 0) {
    absl::StrAppend(&text, "passed over: ", Count(input.passed_over, "file"),
                    " without apiVersion and kind\n");
  }
  return text;
}

std::string ToSarif(const v1::Diagnostics& diagnostics) {
  std::set<std::string> codes;
  std::vector<std::string> results;
  for (const v1::Diagnostic& d : diagnostics.diagnostics()) {
    codes.insert(d.code());
    results.push_back(Result(d));
  }
  std::vector<std::string> rules;
  for (const std::string& code : codes) {
    rules.push_back(absl::StrCat("{\"id\":", Json(code), "}"));
  }
  return absl::StrCat(
      "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\","
      "\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{\"name\":"
      "\"colocate\",\"version\":",
      Json(kVersion), ",\"rules\":[", absl::StrJoin(rules, ","),
      "]}},\"columnKind\":\"unicodeCodePoints\",\"results\":[\n",
      absl::StrJoin(results, ",\n"), "\n]}]}\n");
}

std::string ToGitHub(const v1::Diagnostics& diagnostics) {
  std::string text;
  for (const v1::Diagnostic& d : diagnostics.diagnostics()) {
    std::vector<std::string> properties;
    if (const std::string file = FileOf(d.position(), d.origin());
        !file.empty()) {
      properties.push_back(absl::StrCat("file=", GitHubProperty(file)));
    }
    if (const v1::Position& at = d.position(); at.line() > 0) {
      properties.push_back(absl::StrCat("line=", at.line()));
      properties.push_back(absl::StrCat("endLine=", at.end_line()));
      // GitHub shows columns only of what is on one line.
      if (at.line() == at.end_line()) {
        properties.push_back(absl::StrCat("col=", at.column()));
        properties.push_back(absl::StrCat("endColumn=", at.end_column()));
      }
    }
    properties.push_back(absl::StrCat("title=", GitHubProperty(d.code())));
    absl::StrAppend(
        &text, d.severity() == v1::SEVERITY_WARNING ? "::warning " : "::error ",
        absl::StrJoin(properties, ","), "::", GitHubData(MessageOf(d)), "\n");
  }
  return text;
}

}  // namespace colocation::cli
