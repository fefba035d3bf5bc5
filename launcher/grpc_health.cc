#include "launcher/grpc_health.h"

#include <optional>
#include <utility>

namespace colocation::launcher {
namespace {

// RFC 9113, section 6.
enum FrameType : uint8_t {
  kData = 0,
  kHeaders = 1,
  kResetStream = 3,
  kSettings = 4,
  kPushPromise = 5,
  kPing = 6,
  kGoAway = 7,
  kContinuation = 9,
};
constexpr uint8_t kEndStream = 0x01;
constexpr uint8_t kAck = 0x01;
constexpr uint8_t kEndHeaders = 0x04;
constexpr uint8_t kPadded = 0x08;
constexpr uint8_t kHasPriority = 0x20;

constexpr size_t kFrameHeader = 9;
// What a peer may send unless it is told otherwise.
constexpr size_t kMaxFrame = 16'384;
// More than any answer needs.
constexpr size_t kMaxHeaders = 65'536;
constexpr size_t kMaxBody = 16'384;

constexpr uint32_t kOurStream = 1;

void Append(std::string* to, uint64_t value, int bytes) {
  while (bytes-- > 0) to->push_back(static_cast<char>(value >> (8 * bytes)));
}

uint64_t BigEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<uint8_t>(c);
  return value;
}

std::string FrameOf(FrameType type, uint8_t flags, uint32_t stream,
                    std::string_view payload) {
  std::string frame;
  Append(&frame, payload.size(), 3);
  Append(&frame, type, 1);
  Append(&frame, flags, 1);
  Append(&frame, stream, 4);
  return frame.append(payload);
}

// Seven bits a byte, the least first.
void AppendVarint(std::string* to, size_t value) {
  for (; value >= 128; value >>= 7) {
    to->push_back(static_cast<char>(value | 128));
  }
  to->push_back(static_cast<char>(value));
}

// ---------------------------------------------------------------------------
// HPACK

// RFC 7541, section 5.1, in a byte whose upper bits are `pattern`.
void AppendInteger(std::string* to, uint8_t pattern, int prefix, size_t value) {
  const size_t most = (size_t{1} << prefix) - 1;
  if (value < most) {
    to->push_back(static_cast<char>(pattern | value));
    return;
  }
  to->push_back(static_cast<char>(pattern | most));
  AppendVarint(to, value - most);
}

std::optional<size_t> ReadInteger(std::string_view* from, int prefix) {
  if (from->empty()) return std::nullopt;
  const size_t most = (size_t{1} << prefix) - 1;
  size_t value = static_cast<uint8_t>(from->front()) & most;
  from->remove_prefix(1);
  if (value < most) return value;
  for (int shift = 0; shift <= 21; shift += 7) {
    if (from->empty()) return std::nullopt;
    const uint8_t byte = static_cast<uint8_t>(from->front());
    from->remove_prefix(1);
    value += size_t{byte & 127u} << shift;
    if (byte < 128) return value;
  }
  return std::nullopt;
}

void AppendText(std::string* to, std::string_view text) {
  AppendInteger(to, 0, 7, text.size());
  to->append(text);
}

struct Text {
  bool huffman = false;
  std::string_view bytes;

  bool Is(std::string_view plain, std::string_view coded) const {
    return bytes == (huffman ? coded : plain);
  }
};

std::optional<Text> ReadText(std::string_view* from) {
  if (from->empty()) return std::nullopt;
  Text text;
  text.huffman = (from->front() & 0x80) != 0;
  const std::optional<size_t> size = ReadInteger(from, 7);
  if (!size || *size > from->size()) return std::nullopt;
  text.bytes = from->substr(0, *size);
  from->remove_prefix(*size);
  return text;
}

// One that isn't to be remembered. Its name is that of `index` (RFC 7541,
// appendix A), or its own with 0.
void AppendHeader(std::string* to, size_t index, std::string_view name,
                  std::string_view value) {
  AppendInteger(to, 0x00, 4, index);
  if (index == 0) AppendText(to, name);
  AppendText(to, value);
}

std::string RequestHeaders(std::string_view authority) {
  std::string headers;
  AppendInteger(&headers, 0x80, 7, 3);  // :method POST
  AppendInteger(&headers, 0x80, 7, 6);  // :scheme http
  AppendHeader(&headers, 4, ":path", "/grpc.health.v1.Health/Check");
  AppendHeader(&headers, 1, ":authority", authority);
  AppendHeader(&headers, 31, "content-type", "application/grpc");
  AppendHeader(&headers, 58, "user-agent", "kube-probe/colocation");
  AppendHeader(&headers, 0, "te", "trailers");
  return headers;
}

// Headers that have an index (RFC 7541, appendix A). There are no others, since
// the server may not have any remembered.
constexpr size_t kTableSize = 61;

// Of what comes back, these may be in Huffman's code (RFC 7541, appendix B).
constexpr std::string_view kHuffmanGrpcStatus =
    "\x9a\xca\xc8\xb2\x12\x34\xda\x8f";
constexpr std::string_view kHuffmanZero = "\x07";

struct GrpcStatus {
  bool seen = false;
  bool ok = false;
};

// Nothing where the headers can't be read.
std::optional<GrpcStatus> ReadStatus(std::string_view headers) {
  GrpcStatus status;
  while (!headers.empty()) {
    const uint8_t first = static_cast<uint8_t>(headers.front());
    if ((first & 0x80) != 0) {  // Name and value by index: never ours.
      const std::optional<size_t> index = ReadInteger(&headers, 7);
      if (!index || *index == 0 || *index > kTableSize) return std::nullopt;
      continue;
    }
    if ((first & 0xe0) == 0x20) {  // The table's size.
      if (!ReadInteger(&headers, 5)) return std::nullopt;
      continue;
    }
    const std::optional<size_t> index =
        ReadInteger(&headers, (first & 0x40) != 0 ? 6 : 4);
    if (!index || *index > kTableSize) return std::nullopt;
    bool ours = false;
    if (*index == 0) {
      const std::optional<Text> name = ReadText(&headers);
      if (!name) return std::nullopt;
      ours = name->Is("grpc-status", kHuffmanGrpcStatus);
    }
    const std::optional<Text> value = ReadText(&headers);
    if (!value) return std::nullopt;
    if (!ours) continue;
    status.seen = true;
    status.ok = value->Is("0", kHuffmanZero);
  }
  return status;
}

// ---------------------------------------------------------------------------
// Messages

// HealthCheckRequest, as gRPC sends it: not compressed, its size, itself.
std::string RequestBody(std::string_view service) {
  std::string message;
  if (!service.empty()) {
    message.push_back('\x0a');  // Field 1, a text.
    AppendVarint(&message, service.size());
    message.append(service);
  }
  std::string body(1, '\0');
  Append(&body, message.size(), 4);
  return body + message;
}

std::optional<uint64_t> ReadVarint(std::string_view* from) {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (from->empty()) return std::nullopt;
    const uint8_t byte = static_cast<uint8_t>(from->front());
    from->remove_prefix(1);
    value |= uint64_t{byte & 127u} << shift;
    if (byte < 128) return value;
  }
  return std::nullopt;
}

// Whether a HealthCheckResponse says SERVING (field 1 is 1). Fields that are
// not known are skipped.
bool SaysServing(std::string_view message) {
  uint64_t status = 0;
  while (!message.empty()) {
    const std::optional<uint64_t> tag = ReadVarint(&message);
    if (!tag) return false;
    uint64_t skip = 0;
    switch (*tag & 7) {
      case 0: {
        const std::optional<uint64_t> value = ReadVarint(&message);
        if (!value) return false;
        if (*tag >> 3 == 1) status = *value;
        continue;
      }
      case 1:
        skip = 8;
        break;
      case 2: {
        const std::optional<uint64_t> size = ReadVarint(&message);
        if (!size) return false;
        skip = *size;
        break;
      }
      case 5:
        skip = 4;
        break;
      default:
        return false;
    }
    if (skip > message.size()) return false;
    message.remove_prefix(skip);
  }
  return status == 1;
}

// Exactly one message, not compressed.
bool BodySaysServing(std::string_view body) {
  if (body.size() < 5 || body[0] != 0 ||
      BigEndian(body.substr(1, 4)) != body.size() - 5) {
    return false;
  }
  return SaysServing(body.substr(5));
}

// Takes padding and priorities off; false where there is less than they say.
bool Unpad(uint8_t flags, std::string_view* payload) {
  size_t padding = 0;
  if ((flags & kPadded) != 0) {
    if (payload->empty()) return false;
    padding = static_cast<uint8_t>(payload->front());
    payload->remove_prefix(1);
  }
  if ((flags & kHasPriority) != 0) {
    if (payload->size() < 5) return false;
    payload->remove_prefix(5);
  }
  if (padding > payload->size()) return false;
  payload->remove_suffix(padding);
  return true;
}

}  // namespace

GrpcHealthCheck::GrpcHealthCheck(std::string_view authority,
                                 std::string_view service) {
  // SETTINGS_HEADER_TABLE_SIZE is 0, SETTINGS_ENABLE_PUSH is 0.
  constexpr std::string_view kOurSettings("\0\1\0\0\0\0\0\2\0\0\0\0", 12);
  output_ = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  output_ += FrameOf(kSettings, 0, 0, kOurSettings);
  output_ +=
      FrameOf(kHeaders, kEndHeaders, kOurStream, RequestHeaders(authority));
  const std::string body = RequestBody(service);
  // No server has a service whose name doesn't fit into a frame.
  if (body.size() > kMaxFrame) Fail();
  output_ += FrameOf(kData, kEndStream, kOurStream, body);
}

std::string GrpcHealthCheck::TakeOutput() { return std::exchange(output_, {}); }

void GrpcHealthCheck::Read(std::string_view bytes) {
  if (done_) return;
  input_.append(bytes);
  std::string_view rest = input_;
  while (!done_ && rest.size() >= kFrameHeader) {
    const size_t size = BigEndian(rest.substr(0, 3));
    if (size > kMaxFrame) return Fail();
    if (rest.size() < kFrameHeader + size) break;
    Frame frame;
    frame.type = static_cast<uint8_t>(rest[3]);
    frame.flags = static_cast<uint8_t>(rest[4]);
    frame.stream =
        static_cast<uint32_t>(BigEndian(rest.substr(5, 4))) & 0x7fffffffu;
    frame.payload = rest.substr(kFrameHeader, size);
    Take(frame);
    rest.remove_prefix(kFrameHeader + size);
  }
  input_.erase(0, input_.size() - rest.size());
}

void GrpcHealthCheck::Take(const Frame& frame) {
  // Nothing may come between the parts of the headers.
  if (within_headers_ && frame.type != kContinuation) return Fail();
  switch (frame.type) {
    case kSettings:
      if ((frame.flags & kAck) == 0) output_ += FrameOf(kSettings, kAck, 0, "");
      return;
    case kPing:
      if (frame.payload.size() != 8) return Fail();
      if ((frame.flags & kAck) == 0) {
        output_ += FrameOf(kPing, kAck, 0, frame.payload);
      }
      return;
    case kGoAway:
      // It may still answer what it has begun with.
      if (frame.payload.size() < 8 ||
          (BigEndian(frame.payload.substr(0, 4)) & 0x7fffffffu) < kOurStream) {
        Fail();
      }
      return;
    case kPushPromise:
    case kResetStream:
      return Fail();
    case kHeaders:
    case kContinuation:
      return TakeHeaders(frame);
    case kData: {
      std::string_view payload = frame.payload;
      if (frame.stream != kOurStream || !has_headers_ ||
          !Unpad(frame.flags & static_cast<uint8_t>(~kHasPriority), &payload) ||
          body_.size() + payload.size() > kMaxBody) {
        return Fail();
      }
      body_.append(payload);
      // Without trailers there is no status.
      if ((frame.flags & kEndStream) != 0) Fail();
      return;
    }
    default:
      // WINDOW_UPDATE, PRIORITY, and what is not known yet.
      return;
  }
}

void GrpcHealthCheck::TakeHeaders(const Frame& frame) {
  std::string_view payload = frame.payload;
  if (frame.stream != kOurStream) return Fail();
  if (frame.type == kHeaders) {
    if (!Unpad(frame.flags, &payload)) return Fail();
    ends_after_headers_ = (frame.flags & kEndStream) != 0;
    headers_.clear();
  } else if (!within_headers_) {
    return Fail();
  }
  if (headers_.size() + payload.size() > kMaxHeaders) return Fail();
  headers_.append(payload);
  within_headers_ = (frame.flags & kEndHeaders) == 0;
  if (within_headers_) return;
  has_headers_ = true;
  const std::optional<GrpcStatus> status = ReadStatus(headers_);
  if (!status) return Fail();
  // Only trailers have one that counts.
  if (!ends_after_headers_) return;
  done_ = true;
  serving_ = status->seen && status->ok && BodySaysServing(body_);
}

}  // namespace colocation::launcher
