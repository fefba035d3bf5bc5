// HTTP/1.1 requests to a server on a Unix socket, one connection each.
#ifndef COLOCATION_CLI_PODMAN_UNIX_HTTP_H_
#define COLOCATION_CLI_PODMAN_UNIX_HTTP_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace colocation::podman {

struct HttpRequest {
  absl::string_view method;
  // With the query, encoded.
  std::string target;
  absl::string_view content_type = "application/json";
  absl::string_view body;
  // The request is given up, with status Cancelled, when this descriptor
  // becomes readable; -1 for none.
  int cancel_fd = -1;
};

struct HttpResponse {
  int code = 0;
  std::string body;
};

// Thread-safe. A status other than OK: there was no complete response.
absl::StatusOr<HttpResponse> Send(const std::string& socket_path,
                                  const HttpRequest& request);

// The response in `text`, which is everything that the server sent; for Send
// and its test.
absl::StatusOr<HttpResponse> ParseHttpResponse(absl::string_view text);

// `text` for a path segment or a query value.
std::string UrlEncode(absl::string_view text);

}  // namespace colocation::podman

#endif  // COLOCATION_CLI_PODMAN_UNIX_HTTP_H_
