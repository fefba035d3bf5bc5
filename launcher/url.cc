#include "launcher/url.h"

#include <arpa/inet.h>

#include <algorithm>

namespace colocation::launcher {
namespace {

// The part of a URL that a text is for: which bytes stand for themselves in it
// (net/url/encoding_table.go).
enum class Part { kPath, kHost, kZone, kUser, kFragment };

constexpr std::string_view::size_type kNone = std::string_view::npos;

bool Contains(std::string_view text, char c) { return text.find(c) != kNone; }

bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9');
}

bool StandsForItself(char c, Part part) {
  if (IsLetterOrDigit(c) || Contains("-_.~", c)) return true;
  switch (part) {
    case Part::kPath:
      return Contains("$&+,/:;=@", c);
    case Part::kHost:
    case Part::kZone:
      return Contains("!$&'()*+,;=:[]<>\"", c);
    case Part::kUser:
      return Contains("$&+,;=", c);
    case Part::kFragment:
      return Contains("!()*$&+,/:;=?@", c);
  }
  return false;
}

std::string Escape(std::string_view text, Part part) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string escaped;
  for (const char c : text) {
    if (StandsForItself(c, part)) {
      escaped.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    escaped.push_back('%');
    escaped.push_back(kDigits[byte >> 4]);
    escaped.push_back(kDigits[byte & 15]);
  }
  return escaped;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> Unescape(std::string_view text, Part part,
                                    std::string* error) {
  const bool host = part == Part::kHost || part == Part::kZone;
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c != '%') {
      if (host && static_cast<unsigned char>(c) < 0x80 &&
          !StandsForItself(c, part)) {
        *error = "a host can't have this character in it";
        return std::nullopt;
      }
      plain.push_back(c);
      continue;
    }
    const int high = i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      *error = "after % there have to be two hexadecimal digits";
      return std::nullopt;
    }
    const char byte = static_cast<char>(high << 4 | low);
    const bool percent = byte == '%';
    // A host encodes only what is no ASCII; a zone only what a host may have.
    if ((part == Part::kHost && high < 8 && !percent) ||
        (part == Part::kZone && !percent && byte != ' ' &&
         !StandsForItself(byte, Part::kHost))) {
      *error = "a host can't have this encoded character in it";
      return std::nullopt;
    }
    plain.push_back(byte);
    i += 2;
  }
  return plain;
}

// `written`, where it stands for `plain` in `part`; else the usual way to write
// that.
std::string Written(std::string_view written, std::string_view plain,
                    Part part) {
  const bool valid = std::all_of(written.begin(), written.end(), [&](char c) {
    return Contains("!$&'()*+,;=:@[]%", c) || StandsForItself(c, part);
  });
  return valid ? std::string(written) : Escape(plain, part);
}

bool IsPort(std::string_view text) {
  if (text.empty()) return true;
  return text[0] == ':' &&
         std::all_of(text.begin() + 1, text.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

// "[fe80::1%25eth0]:22"
std::optional<std::string> BracketedHost(std::string_view host,
                                         std::string* error) {
  const size_t close = host.rfind(']');
  if (close == kNone) {
    *error = "the address has no ]";
    return std::nullopt;
  }
  const std::string_view port = host.substr(close + 1);
  if (!IsPort(port)) {
    *error = "what follows the host is no port";
    return std::nullopt;
  }
  const std::string_view address = host.substr(1, close - 1);
  const size_t zone_at = address.find("%25");
  const std::optional<std::string> plain =
      Unescape(address.substr(0, zone_at), Part::kHost, error);
  std::optional<std::string> zone("");
  if (zone_at != kNone) {
    zone = Unescape(address.substr(zone_at), Part::kZone, error);
  }
  if (!plain.has_value() || !zone.has_value()) return std::nullopt;
  in6_addr parsed;
  if (inet_pton(AF_INET6, plain->c_str(), &parsed) != 1 || *zone == "%") {
    *error = "what is between [ and ] is no IPv6 address";
    return std::nullopt;
  }
  return "[" + *plain + *zone + "]" + std::string(port);
}

std::optional<std::string> Host(std::string_view scheme, std::string_view host,
                                std::string* error) {
  const size_t bracket = host.rfind('[');
  if (bracket == 0) return BracketedHost(host, error);
  if (bracket != kNone) {
    *error = "[ is only for IPv6 addresses";
    return std::nullopt;
  }
  // Only other schemes than these may have colons in the host.
  const bool strict = scheme == "http" || scheme == "https";
  const size_t colon = strict ? host.find(':') : host.rfind(':');
  if (colon != kNone && !IsPort(host.substr(colon))) {
    *error = "what follows the host is no port";
    return std::nullopt;
  }
  return Unescape(host, Part::kHost, error);
}

bool IsUserInfo(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return IsLetterOrDigit(c) || Contains("-._:~!$&'()*+,;=%@", c);
  });
}

// The scheme, without its colon, which is taken off `*rest`; empty where there
// is none. Absent with a colon at the start.
std::optional<std::string> TakeScheme(std::string_view* rest,
                                      std::string* error) {
  std::string scheme;
  for (size_t i = 0; i < rest->size(); ++i) {
    const char c = (*rest)[i];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (c == ':') {
      if (i == 0) {
        *error = "there is nothing before the colon";
        return std::nullopt;
      }
      rest->remove_prefix(i + 1);
      return scheme;
    }
    if (!letter && (i == 0 || !(IsLetterOrDigit(c) || Contains("+-.", c)))) {
      break;
    }
    scheme.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a')
                                          : c);
  }
  return "";
}

}  // namespace

std::optional<Url> Url::Parse(std::string_view text, std::string* error) {
  Url url;
  const size_t hash = text.find('#');
  std::string_view rest = text.substr(0, hash);
  const auto fail = [error](std::string_view why) {
    *error = why;
    return std::nullopt;
  };
  for (const char c : rest) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) {
      return fail("there is a control character in it");
    }
  }
  const std::optional<std::string> scheme = TakeScheme(&rest, error);
  if (!scheme.has_value()) return std::nullopt;
  url.scheme_ = *scheme;
  if (const size_t question = rest.find('?'); question != kNone) {
    url.query_ = rest.substr(question);
    rest = rest.substr(0, question);
  }
  const bool rooted = !rest.empty() && rest[0] == '/';
  if (!rooted && !url.scheme_.empty()) {
    url.opaque_ = rest;
    rest = "";
  }
  if (!rooted && Contains(rest.substr(0, rest.find('/')), ':')) {
    return fail("a colon has to follow a scheme, such as https://");
  }
  const bool authority = rest.substr(0, 2) == "//" &&
                         (!url.scheme_.empty() || rest.substr(0, 3) != "///");
  if (authority) {
    rest.remove_prefix(2);
    std::string_view host = rest.substr(0, rest.find('/'));
    rest.remove_prefix(host.size());
    if (const size_t at = host.rfind('@'); at != kNone) {
      const std::string_view user = host.substr(0, at);
      if (!IsUserInfo(user)) return fail("this is no user before the @");
      if (!Unescape(user, Part::kUser, error)) return std::nullopt;
      host.remove_prefix(at + 1);
    }
    const std::optional<std::string> plain = Host(url.scheme_, host, error);
    if (!plain.has_value()) return std::nullopt;
    url.host_ = *plain;
  }
  const std::optional<std::string> path = Unescape(rest, Part::kPath, error);
  if (!path.has_value()) return std::nullopt;
  url.path_ = *path;
  url.written_path_ = Written(rest, *path, Part::kPath);
  if (hash != kNone && hash + 1 < text.size()) {
    const std::string_view written = text.substr(hash + 1);
    const std::optional<std::string> plain =
        Unescape(written, Part::kFragment, error);
    if (!plain.has_value()) return std::nullopt;
    url.fragment_ = "#" + Written(written, *plain, Part::kFragment);
  }
  return url;
}

std::string Url::WithUser(std::string_view user,
                          std::string_view password) const {
  std::string text = scheme_.empty() ? "" : scheme_ + ":";
  if (!opaque_.empty()) {
    text += opaque_;
  } else {
    text += "//" + Escape(user, Part::kUser) + ":" +
            Escape(password, Part::kUser) + "@" + Escape(host_, Part::kHost);
    if (!written_path_.empty() && written_path_[0] != '/' && !host_.empty()) {
      text += "/";
    }
    text += written_path_;
  }
  return text + query_ + fragment_;
}

std::optional<HostAndPort> SplitHostPort(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == kNone) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  std::string_view after = text;
  std::string_view before = text;
  if (text[0] == '[') {
    const size_t end = text.find(']');
    if (end == kNone || end + 1 != colon) return std::nullopt;
    host = text.substr(1, end - 1);
    before = text.substr(1);
    after = text.substr(end + 1);
  } else if (Contains(host, ':')) {
    return std::nullopt;
  }
  if (Contains(before, '[') || Contains(after, ']')) return std::nullopt;
  return HostAndPort{std::string(host), std::string(port)};
}

}  // namespace colocation::launcher
