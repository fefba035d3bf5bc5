#include "colocation/decode/event_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace colocation {
namespace {

Mark ToMark(const yaml_mark_t& mark) {
  return {static_cast<int32_t>(mark.line), static_cast<int32_t>(mark.column)};
}

absl::string_view ToView(const yaml_char_t* text) {
  return text == nullptr
             ? absl::string_view()
             : absl::string_view(reinterpret_cast<const char*>(text));
}

bool Opens(Event::Type type) {
  return type == Event::Type::kSequenceStart ||
         type == Event::Type::kMappingStart;
}

bool Closes(Event::Type type) {
  return type == Event::Type::kSequenceEnd || type == Event::Type::kMappingEnd;
}

// What to do about a fault that libyaml has found.
const char* HintFor(const yaml_parser_t& parser, absl::string_view message) {
  // Kubernetes' reader ends the text with a byte that makes it no UTF-16, and
  // so does ours (DecodeObjects).
  if (parser.error == YAML_READER_ERROR &&
      parser.encoding != YAML_UTF8_ENCODING) {
    return "save the text as UTF-8; Windows' tools write UTF-16";
  }
  // libyaml says so of a tab where indentation is due, of "@" and of "`".
  if (parser.error == YAML_SCANNER_ERROR &&
      absl::StartsWith(message, "found character that cannot")) {
    return "YAML is indented with spaces, not tabs; a text that begins with @ "
           "or ` goes into quotes";
  }
  return "";
}

}  // namespace

int64_t DefaultMemoryBytes(int64_t input_bytes) {
  return std::max(int64_t{48} << 20, 32 * input_bytes);
}

EventReader::EventReader(absl::string_view text, const ReaderLimits& limits)
    : limits_(limits),
      own_memory_(DefaultMemoryBytes(static_cast<int64_t>(text.size()))) {
  if (limits_.memory == nullptr) limits_.memory = &own_memory_;
  yaml_parser_initialize(&parser_);
  // libyaml takes no null, not even for nothing.
  const char* data = text.data() == nullptr ? "" : text.data();
  yaml_parser_set_input_string(
      &parser_, reinterpret_cast<const unsigned char*>(data), text.size());
}

EventReader::~EventReader() {
  if (raw_held_) yaml_event_delete(&raw_);
  yaml_parser_delete(&parser_);
}

const Event& EventReader::Next() {
  if (!peeked_) Read();
  peeked_ = false;
  return event_;
}

const Event& EventReader::Peek() {
  if (!peeked_) Read();
  peeked_ = true;
  return event_;
}

void EventReader::Read() {
  if (ended_) return;
  if (cursors_.empty()) {
    ReadFromParser();
  } else {
    TakeFromCursor();
  }
  if (Opens(event_.type) && ++depth_ > limits_.depth) {
    Fail("limit-depth",
         absl::StrCat("more than ", limits_.depth,
                      " lists and mappings in each other"),
         "raise the limit `depth` if this is meant", event_.start);
  }
  if (Closes(event_.type)) --depth_;
  // Recordings end with their node. A recording copies what it is given, so the
  // cursor that gave it may go.
  for (size_t i = 0; i < recordings_.size(); ++i) {
    CapturedNode::Owned owned = Copy(event_);
    // The limit on memory ends all recordings.
    if (i < recordings_.size()) {
      recordings_[i].node->events_.push_back(std::move(owned));
    }
  }
  while (!recordings_.empty() && recordings_.back().depth == depth_ &&
         !Opens(event_.type)) {
    anchors_[recordings_.back().anchor] = recordings_.back().node;
    recordings_.pop_back();
  }
  while (!cursors_.empty() &&
         cursors_.back().next == cursors_.back().node->events_.size()) {
    cursors_.pop_back();
  }
}

void EventReader::TakeFromCursor() {
  Cursor& cursor = cursors_.back();
  const CapturedNode::Owned& owned = cursor.node->events_[cursor.next++];
  event_ = owned.event;
  event_.value = owned.value;
  held_ = cursor.node;
  // One event may be a long text.
  Charge(owned.value.size());
}

void EventReader::ReadFromParser() {
  if (raw_held_) {
    yaml_event_delete(&raw_);
    raw_held_ = false;
  }
  if (!yaml_parser_parse(&parser_, &raw_)) {
    std::string message = parser_.problem == nullptr
                              ? "the text can't be read"
                              : std::string(parser_.problem);
    if (parser_.context != nullptr) {
      message = absl::StrCat(message, " ", parser_.context);
    }
    Mark mark = ToMark(parser_.problem_mark);
    if (parser_.error == YAML_READER_ERROR) {
      absl::StrAppend(&message, " at byte ", parser_.problem_offset);
      mark = ToMark(parser_.mark);
    }
    Fail("yaml-syntax", message, HintFor(parser_, message), mark);
    return;
  }
  raw_held_ = true;
  event_ = Event();
  event_.start = ToMark(raw_.start_mark);
  event_.end = ToMark(raw_.end_mark);
  absl::string_view anchor;
  switch (raw_.type) {
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
      ReadFromParser();
      return;
    case YAML_STREAM_END_EVENT:
      event_.type = Event::Type::kStreamEnd;
      ended_ = true;
      return;
    case YAML_DOCUMENT_START_EVENT:
      event_.type = Event::Type::kDocumentStart;
      anchors_.clear();
      return;
    case YAML_DOCUMENT_END_EVENT:
      event_.type = Event::Type::kDocumentEnd;
      return;
    case YAML_ALIAS_EVENT: {
      const auto anchored = anchors_.find(ToView(raw_.data.alias.anchor));
      if (anchored == anchors_.end()) {
        Fail("yaml-syntax",
             // Not by name: in a Secret it may be a password without quotes.
             "no complete anchor of that name stands before this alias",
             "put the value in quotes if it is no alias", event_.start);
        return;
      }
      replayed_ += static_cast<int64_t>(anchored->second->events_.size());
      if (replayed_ > limits_.alias_events) {
        Fail("limit-aliases",
             absl::StrCat("aliases expand to more than ", limits_.alias_events,
                          " YAML events"),
             "raise the limit `alias_events` if this is meant", event_.start);
        return;
      }
      cursors_.push_back({anchored->second, 0});
      TakeFromCursor();
      return;
    }
    case YAML_SCALAR_EVENT: {
      const auto& scalar = raw_.data.scalar;
      event_.type = Event::Type::kScalar;
      event_.value = absl::string_view(
          reinterpret_cast<const char*>(scalar.value), scalar.length);
      event_.plain = scalar.style == YAML_PLAIN_SCALAR_STYLE &&
                     ToView(scalar.tag) != "tag:yaml.org,2002:str" &&
                     ToView(scalar.tag) != "!";
      anchor = ToView(scalar.anchor);
      break;
    }
    case YAML_SEQUENCE_START_EVENT:
      event_.type = Event::Type::kSequenceStart;
      anchor = ToView(raw_.data.sequence_start.anchor);
      break;
    case YAML_SEQUENCE_END_EVENT:
      event_.type = Event::Type::kSequenceEnd;
      break;
    case YAML_MAPPING_START_EVENT:
      event_.type = Event::Type::kMappingStart;
      anchor = ToView(raw_.data.mapping_start.anchor);
      break;
    case YAML_MAPPING_END_EVENT:
      event_.type = Event::Type::kMappingEnd;
      break;
  }
  if (!anchor.empty()) Record(anchor);
}

void EventReader::Record(absl::string_view anchor) {
  recordings_.push_back(
      {std::string(anchor), depth_, std::make_shared<CapturedNode>()});
}

void EventReader::Fail(absl::string_view code, std::string message,
                       std::string hint, Mark mark) {
  error_ = {std::string(code), std::move(message), std::move(hint), mark};
  event_ = Event();
  event_.start = event_.end = mark;
  ended_ = true;
  cursors_.clear();
  recordings_.clear();
}

void EventReader::Charge(size_t bytes) {
  if (ended_ || limits_.memory->Take(static_cast<int64_t>(bytes))) return;
  Fail("limit-memory-bytes",
       absl::StrCat("what is read takes more than ", limits_.memory->limit(),
                    " bytes"),
       "raise the limit `memory_bytes` if this is meant", event_.start);
}

CapturedNode::Owned EventReader::Copy(const Event& event) {
  CapturedNode::Owned owned{event, std::string(event.value)};
  owned.event.value = {};
  Charge(sizeof(owned) + owned.value.size());
  return owned;
}

void EventReader::SkipNode() {
  int depth = 0;
  do {
    const Event& event = Next();
    if (event.type == Event::Type::kError ||
        event.type == Event::Type::kStreamEnd) {
      return;
    }
    depth += Opens(event.type) ? 1 : Closes(event.type) ? -1 : 0;
  } while (depth > 0);
}

std::shared_ptr<const CapturedNode> EventReader::Capture() {
  auto node = std::make_shared<CapturedNode>();
  int depth = 0;
  do {
    const Event& event = Next();
    if (event.type == Event::Type::kError ||
        event.type == Event::Type::kStreamEnd) {
      return std::make_shared<CapturedNode>();
    }
    depth += Opens(event.type) ? 1 : Closes(event.type) ? -1 : 0;
    node->events_.push_back(Copy(event));
  } while (depth > 0);
  return node;
}

void EventReader::Replay(std::shared_ptr<const CapturedNode> node) {
  if (ended_ || node->empty()) return;
  cursors_.push_back({std::move(node), 0});
}

}  // namespace colocation
