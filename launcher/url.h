// URLs as Go's net/url has them, as far as credentials for git need it: Tekton
// puts a user into the URL of an annotation and writes it down again
// (pkg/credentials/gitcreds/basic.go), so what Go makes of a URL is what git
// reads. The planner asks, too, whether Go would take a URL at all.
#ifndef COLOCATION_LAUNCHER_URL_H_
#define COLOCATION_LAUNCHER_URL_H_

#include <optional>
#include <string>
#include <string_view>

namespace colocation::launcher {

class Url {
 public:
  // Absent, with the reason, where url.Parse gives an error.
  static std::optional<Url> Parse(std::string_view text, std::string* error);

  // Names more than a host: "https://git.example.org/team/repository".
  bool HasPath() const { return !path_.empty() && path_ != "/"; }

  // The URL with this user and password instead of those that it had.
  std::string WithUser(std::string_view user, std::string_view password) const;

 private:
  std::string scheme_;
  // "git.example.org:443" has no authority for Go, but a scheme; no user can be
  // in it.
  std::string opaque_;
  std::string host_;
  // Decoded, and as it is written.
  std::string path_;
  std::string written_path_;
  // With its '?'.
  std::string query_;
  // With its '#'.
  std::string fragment_;
};

// As net.SplitHostPort: absent where `text` has no port or too many colons.
struct HostAndPort {
  std::string host;
  std::string port;
};
std::optional<HostAndPort> SplitHostPort(std::string_view text);

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_URL_H_
