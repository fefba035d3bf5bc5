#include "colocation/diagnostics/diagnostics.h"

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "colocation/syntax/control_characters.h"

namespace colocation {
namespace {

constexpr absl::string_view kPayload =
    "type.googleapis.com/colocation.v1.Diagnostics";

// More than anybody reads: those beyond are counted and not kept, so that a
// text which is wrong everywhere costs no more than one that is right.
constexpr size_t kMostKept = 1000;

// Of the message and of the hint of one: both may quote the names of a list.
constexpr size_t kMostText = 8192;

void Shorten(std::string* text) {
  if (text->size() <= kMostText) return;
  size_t end = kMostText;
  // Not within a character of UTF-8.
  while (end > 0 && ((*text)[end] & 0xc0) == 0x80) --end;
  text->resize(end);
  text->append("...");
  text->shrink_to_fit();
}

auto SortKey(const v1::Diagnostic& d) {
  return std::make_tuple(
      absl::string_view(d.origin().file()), d.position().line(),
      d.position().column(), d.origin().document(), d.origin().item(),
      absl::string_view(d.path()), absl::string_view(d.code()),
      absl::string_view(d.message()));
}

std::string PositionPrefix(const v1::Position& position,
                           const v1::Origin& origin) {
  if (position.line() > 0) {
    return absl::StrCat(position.file(), ":", position.line(), ":",
                        position.column(), ": ");
  }
  return origin.file().empty() ? "" : absl::StrCat(origin.file(), ": ");
}

// Length in bytes of the first `count` code points of `text`.
size_t BytesOfCodePoints(absl::string_view text, int count) {
  size_t i = 0;
  for (; i < text.size() && count > 0; --count) {
    ++i;
    while (i < text.size() && (text[i] & 0xc0) == 0x80) ++i;
  }
  return i;
}

// The text as it may be written to a terminal: U+FFFD stands for each control
// character but tabs and ends of lines. What is quoted from the input could
// give the terminal orders otherwise.
std::string WithoutControls(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const size_t size = ControlCharacterSize(text.substr(i));
    if (size == 0 || text[i] == '\t' || text[i] == '\n') {
      out.push_back(text[i]);
      continue;
    }
    out.append("\uFFFD");
    i += size - 1;
  }
  return out;
}

// The source line and, below it, the range: "^~~~". A range ends where the line
// does, whatever the position says: it may come from outside (colo_report_text).
std::string Excerpt(const v1::Diagnostic& d) {
  const v1::Position& at = d.position();
  if (at.line() == 0 || d.source_line().empty()) return "";
  // A tab in the line stays a tab below it, so that the two align.
  std::string underline;
  const int before = std::max(1, at.column()) - 1;
  const size_t start = BytesOfCodePoints(d.source_line(), before);
  for (size_t i = 0; i < start; ++i) {
    const char c = d.source_line()[i];
    if ((c & 0xc0) != 0x80) underline.push_back(c == '\t' ? '\t' : ' ');
  }
  int64_t width = 1;
  if (at.end_line() == at.line()) {
    const int64_t rest = static_cast<int64_t>(d.source_line().size() - start);
    width = std::min(int64_t{at.end_column()} - at.column(), rest);
  }
  underline.append("^");
  if (width > 1) underline.append(static_cast<size_t>(width - 1), '~');
  return absl::StrCat("  ", d.source_line(), "\n  ", underline, "\n");
}

}  // namespace

// The last one stands for all that are not kept. An error takes the place of a
// warning.
v1::Diagnostic& DiagnosticList::Place(v1::Severity severity) {
  if (diagnostics_.size() <= kMostKept) return diagnostics_.emplace_back();
  v1::Diagnostic* place = &diagnostics_.back();
  if (severity == v1::SEVERITY_ERROR) {
    const auto warning = std::find_if(
        diagnostics_.begin(), diagnostics_.end(), [](const v1::Diagnostic& d) {
          return d.severity() == v1::SEVERITY_WARNING;
        });
    if (warning != diagnostics_.end()) place = &*warning;
  }
  place->Clear();
  return *place;
}

v1::Diagnostic& DiagnosticList::Add(v1::Severity severity,
                                    absl::string_view code,
                                    const Subject& subject, std::string path,
                                    std::string message) {
  if (!diagnostics_.empty()) {
    Shorten(diagnostics_.back().mutable_message());
    Shorten(diagnostics_.back().mutable_hint());
  }
  v1::Diagnostic& d = Place(severity);
  d.set_severity(severity);
  d.set_code(std::string(code));
  *d.mutable_origin() = subject.origin();
  d.set_kind(subject.kind());
  d.set_name(subject.name());
  d.set_path(std::move(path));
  d.set_message(std::move(message));
  return d;
}

v1::Diagnostic& DiagnosticList::Error(absl::string_view code,
                                      const Subject& subject, std::string path,
                                      std::string message) {
  ++errors_;
  return Add(v1::SEVERITY_ERROR, code, subject, std::move(path),
             std::move(message));
}

v1::Diagnostic& DiagnosticList::Warning(absl::string_view code,
                                        const Subject& subject,
                                        std::string path, std::string message) {
  return Add(v1::SEVERITY_WARNING, code, subject, std::move(path),
             std::move(message));
}

void DiagnosticList::Append(const v1::Diagnostics& other) {
  for (const v1::Diagnostic& d : other.diagnostics()) {
    errors_ += d.severity() == v1::SEVERITY_ERROR;
    diagnostics_.push_back(d);
  }
}

v1::Diagnostics DiagnosticList::Sorted() const {
  std::vector<const v1::Diagnostic*> order;
  const bool all = diagnostics_.size() <= kMostKept;
  for (size_t i = 0; i < std::min(diagnostics_.size(), kMostKept); ++i) {
    order.push_back(&diagnostics_[i]);
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const v1::Diagnostic* a, const v1::Diagnostic* b) {
                     return SortKey(*a) < SortKey(*b);
                   });
  v1::Diagnostics sorted;
  const v1::Diagnostic* last = nullptr;
  for (const v1::Diagnostic* d : order) {
    if (last != nullptr && SortKey(*last) == SortKey(*d)) continue;
    *sorted.add_diagnostics() = *d;
    last = d;
  }
  if (!all) {
    v1::Diagnostic& more = *sorted.add_diagnostics();
    more.set_severity(has_errors() ? v1::SEVERITY_ERROR : v1::SEVERITY_WARNING);
    more.set_code("more-diagnostics");
    more.set_message(absl::StrCat("there are more; the first ", kMostKept,
                                  " that were found are listed"));
  }
  return sorted;
}

std::string ToLogLine(const v1::Diagnostic& d) {
  return absl::StrCat(
      PositionPrefix(d.position(), d.origin()),
      d.severity() == v1::SEVERITY_WARNING ? "warning: " : "error: ", d.path(),
      d.path().empty() ? "" : ": ", d.message(), " [", d.code(), "]");
}

std::string ToDisplayString(const v1::Diagnostic& d, bool color) {
  const bool warning = d.severity() == v1::SEVERITY_WARNING;
  const absl::string_view bold = color ? "\033[1m" : "";
  const absl::string_view tint =
      color ? (warning ? "\033[1;35m" : "\033[1;31m") : "";
  const absl::string_view note = color ? "\033[1;36m" : "";
  const absl::string_view off = color ? "\033[0m" : "";
  const auto shown = WithoutControls;
  std::string text = absl::StrCat(
      bold, shown(PositionPrefix(d.position(), d.origin())), off, tint,
      warning ? "warning: " : "error: ", off, bold, shown(d.path()),
      d.path().empty() ? "" : ": ", off, shown(d.message()), " [", d.code(),
      "]\n", shown(Excerpt(d)));
  if (!d.hint().empty()) {
    absl::StrAppend(&text, "  ", note, "hint: ", off, shown(d.hint()), "\n");
  }
  for (const v1::RelatedPlace& place : d.related()) {
    absl::StrAppend(&text, "  ", note, "see: ", off,
                    shown(PositionPrefix(place.position(), place.origin())),
                    shown(place.path()), place.path().empty() ? "" : ": ",
                    shown(place.message()), "\n");
  }
  return text;
}

absl::Status ToStatus(absl::StatusCode code,
                      const v1::Diagnostics& diagnostics) {
  std::string message = "refused";
  for (const v1::Diagnostic& d : diagnostics.diagnostics()) {
    if (d.severity() != v1::SEVERITY_ERROR) continue;
    message = ToLogLine(d);
    break;
  }
  absl::Status status(code, message);
  status.SetPayload(kPayload, absl::Cord(diagnostics.SerializeAsString()));
  return status;
}

std::optional<v1::Diagnostics> DiagnosticsOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayload);
  v1::Diagnostics diagnostics;
  if (!payload || !diagnostics.ParseFromString(std::string(*payload)))
    return {};
  return diagnostics;
}

}  // namespace colocation
