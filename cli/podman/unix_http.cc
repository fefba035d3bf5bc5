#include "cli/podman/unix_http.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "cli/podman/descriptor.h"

namespace colocation::podman {
namespace {

absl::Status SocketError(absl::string_view what) {
  return absl::UnavailableError(absl::StrCat(what, ": ", std::strerror(errno)));
}

absl::StatusOr<std::string> ReadAll(int fd, int cancel_fd) {
  std::string text;
  char buffer[65536];
  while (true) {
    pollfd fds[] = {{fd, POLLIN, 0}, {cancel_fd, POLLIN, 0}};
    if (poll(fds, 2, -1) < 0) {
      if (errno == EINTR) continue;
      return SocketError("poll");
    }
    if (fds[1].revents != 0) return absl::CancelledError("given up");
    const ssize_t got = read(fd, buffer, sizeof buffer);
    if (got == 0) return text;
    if (got < 0) {
      if (errno == EINTR) continue;
      return SocketError("read");
    }
    text.append(buffer, got);
  }
}

absl::StatusOr<std::string> Unchunk(absl::string_view text) {
  std::string body;
  while (true) {
    const size_t line = text.find("\r\n");
    uint64_t size = 0;
    const absl::string_view digits =
        text.substr(0, std::min(line, text.find(';')));
    if (line == absl::string_view::npos ||
        !absl::SimpleHexAtoi(digits, &size)) {
      return absl::DataLossError("a chunk of the response has no size");
    }
    text.remove_prefix(line + 2);
    if (size == 0) return body;
    if (text.size() < 2 || text.size() - 2 < size) {
      return absl::DataLossError("the response was cut off");
    }
    absl::StrAppend(&body, text.substr(0, size));
    text.remove_prefix(size + 2);
  }
}

}  // namespace

absl::StatusOr<HttpResponse> ParseHttpResponse(absl::string_view text) {
  const size_t head_end = text.find("\r\n\r\n");
  if (head_end == absl::string_view::npos) {
    return absl::DataLossError("no response");
  }
  const absl::string_view body = text.substr(head_end + 4);
  HttpResponse response;
  bool first = true;
  bool chunked = false;
  uint64_t length = body.size();
  for (absl::string_view line :
       absl::StrSplit(text.substr(0, head_end), "\r\n")) {
    if (first) {
      // "HTTP/1.1 200 OK"
      first = false;
      if (!absl::StartsWith(line, "HTTP/1.") || line.size() < 12 ||
          !absl::SimpleAtoi(line.substr(9, 3), &response.code)) {
        return absl::DataLossError("the response is no HTTP");
      }
      continue;
    }
    const size_t colon = line.find(':');
    if (colon == absl::string_view::npos) continue;
    const absl::string_view name = line.substr(0, colon);
    const absl::string_view value =
        absl::StripAsciiWhitespace(line.substr(colon + 1));
    if (absl::EqualsIgnoreCase(name, "transfer-encoding")) {
      chunked = absl::EqualsIgnoreCase(value, "chunked");
    } else if (absl::EqualsIgnoreCase(name, "content-length") &&
               !absl::SimpleAtoi(value, &length)) {
      return absl::DataLossError("the response has no length");
    }
  }
  if (response.code < 200) return ParseHttpResponse(body);
  if (chunked) {
    absl::StatusOr<std::string> whole = Unchunk(body);
    if (!whole.ok()) return whole.status();
    response.body = *std::move(whole);
    return response;
  }
  if (body.size() < length) {
    return absl::DataLossError("the response was cut off");
  }
  response.body = std::string(body.substr(0, length));
  return response;
}

absl::StatusOr<HttpResponse> Send(const std::string& socket_path,
                                  const HttpRequest& request) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (socket_path.size() >= sizeof address.sun_path) {
    return absl::InvalidArgumentError(
        absl::StrCat("path too long for a socket: ", socket_path));
  }
  std::memcpy(address.sun_path, socket_path.data(), socket_path.size());
  const Descriptor connection(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int fd = connection.get();
  if (fd < 0) return SocketError("socket");
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address),
              sizeof address) != 0) {
    return SocketError("connect");
  }
  const std::string head = absl::StrCat(
      request.method, " ", request.target,
      " HTTP/1.1\r\nHost: podman\r\nConnection: close\r\nContent-Type: ",
      request.content_type, "\r\nContent-Length: ", request.body.size(),
      "\r\n\r\n");
  for (absl::string_view rest : {absl::string_view(head), request.body}) {
    while (!rest.empty()) {
      const ssize_t sent = send(fd, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      // The server may have refused before it read everything: see what it
      // says.
      if (sent < 0) break;
      rest.remove_prefix(sent);
    }
  }
  absl::StatusOr<std::string> text = ReadAll(fd, request.cancel_fd);
  if (!text.ok()) return text.status();
  return ParseHttpResponse(*text);
}

std::string UrlEncode(absl::string_view text) {
  std::string result;
  for (const unsigned char c : text) {
    if (absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.' ||
        c == '~') {
      result.push_back(static_cast<char>(c));
    } else {
      absl::StrAppendFormat(&result, "%%%02X", c);
    }
  }
  return result;
}

}  // namespace colocation::podman
