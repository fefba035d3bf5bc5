// The events of a YAML or JSON stream, with aliases followed.
//
// A thin layer over libyaml's parser. What it adds: an alias gives the events
// of its anchor again, any node can be set aside and given again (Capture,
// Replay), and limits bound what an input can make us do. Nodes are copied only
// where an anchor or a capture asks for it, so that ordinary input is not
// copied at all.
//
// Not thread-safe. The source text must outlive the reader.
#ifndef COLOCATION_DECODE_EVENT_READER_H_
#define COLOCATION_DECODE_EVENT_READER_H_

#include <yaml.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "colocation/syntax/byte_budget.h"

namespace colocation {

// A place in the text. Zero-based; the column counts code points.
struct Mark {
  int32_t line = 0;
  int32_t column = 0;
};

struct Event {
  enum class Type {
    kStreamEnd,
    kDocumentStart,
    kDocumentEnd,
    kScalar,
    kSequenceStart,
    kSequenceEnd,
    kMappingStart,
    kMappingEnd,
    // The text can't be read any further; see EventReader::error().
    kError,
  };
  Type type = Type::kError;
  // kScalar: its text, valid until the next call of the reader.
  absl::string_view value;
  // kScalar: neither quoted nor a block nor tagged as a string.
  bool plain = false;
  Mark start;
  Mark end;
};

struct ReaderLimits {
  int depth = 100;
  int64_t alias_events = 1'000'000;
  // What reading may take, and what is made of it. Several readers may share
  // one; null is DefaultMemoryBytes of the reader's own text.
  ByteBudget* memory = nullptr;
};

// Enough for what people write, of which a byte takes four.
int64_t DefaultMemoryBytes(int64_t input_bytes);

// A node set aside: the events from its start to its end.
class CapturedNode {
 public:
  bool empty() const { return events_.empty(); }
  size_t size() const { return events_.size(); }
  // The event at `index`, whose text lives as long as the node.
  Event event(size_t index) const {
    Event event = events_[index].event;
    event.value = events_[index].value;
    return event;
  }

 private:
  friend class EventReader;
  struct Owned {
    Event event;
    std::string value;
  };
  std::vector<Owned> events_;
};

class EventReader {
 public:
  EventReader(absl::string_view text, const ReaderLimits& limits);
  ~EventReader();
  EventReader(const EventReader&) = delete;
  EventReader& operator=(const EventReader&) = delete;

  // The next event. After kStreamEnd or kError, the same again.
  const Event& Next();

  // The one that Next would give.
  const Event& Peek();

  // Passes over one node: a scalar, or all up to the end of what starts.
  void SkipNode();

  // Passes over one node and keeps it.
  std::shared_ptr<const CapturedNode> Capture();

  // Puts the node in front of what is still to come.
  void Replay(std::shared_ptr<const CapturedNode> node);

  // Takes from the limit on memory what is made of the events. Where there is
  // not so much left, reading ends with an error here.
  void Charge(size_t bytes);

  // What kError is about.
  struct Error {
    std::string code;  // "yaml-syntax", "limit-depth", "limit-aliases", ...
    std::string message;
    std::string hint;
    Mark mark;
  };
  const Error& error() const { return error_; }

 private:
  struct Recording {
    std::string anchor;
    int depth;
    std::shared_ptr<CapturedNode> node;
  };
  struct Cursor {
    std::shared_ptr<const CapturedNode> node;
    size_t next = 0;
  };

  void Read();
  void ReadFromParser();
  void TakeFromCursor();
  void Fail(absl::string_view code, std::string message, std::string hint,
            Mark mark);
  // The event, with its text, for a node that is set aside.
  CapturedNode::Owned Copy(const Event& event);
  void Record(absl::string_view anchor);

  ReaderLimits limits_;
  ByteBudget own_memory_;
  yaml_parser_t parser_;
  yaml_event_t raw_;
  bool raw_held_ = false;
  Event event_;
  bool peeked_ = false;
  bool ended_ = false;
  int depth_ = 0;
  int64_t replayed_ = 0;
  Error error_;
  std::vector<Cursor> cursors_;
  // Owns the text of `event_` where that comes from a captured node.
  std::shared_ptr<const CapturedNode> held_;
  std::vector<Recording> recordings_;
  absl::flat_hash_map<std::string, std::shared_ptr<const CapturedNode>>
      anchors_;
};

}  // namespace colocation

#endif  // COLOCATION_DECODE_EVENT_READER_H_
