#include "launcher/url.h"

#include <gtest/gtest.h>

#include <string>

namespace colocation::launcher {
namespace {

struct UrlCase {
  const char* name;
  const char* url;
  // With the user "u@x" and the password "p:%"; "" where Go refuses it.
  const char* with_user;
  bool has_path = false;
};

constexpr UrlCase kUrlCases[] = {
    {"Host", "https://git.example.org",
     "https://u%40x:p%3A%25@git.example.org"},
    {"HostAndSlashIsNoPath", "https://git.example.org/",
     "https://u%40x:p%3A%25@git.example.org/"},
    {"Repository", "https://git.example.org/team/r.git",
     "https://u%40x:p%3A%25@git.example.org/team/r.git", true},
    {"SchemeIsLowered", "HTTPS://Git.Example.org",
     "https://u%40x:p%3A%25@Git.Example.org"},
    {"OtherUserGoes", "https://me:secret@git.example.org",
     "https://u%40x:p%3A%25@git.example.org"},
    {"Port", "http://git.example.org:8080/r",
     "http://u%40x:p%3A%25@git.example.org:8080/r", true},
    {"EncodedSlashStays", "https://h/a%2Fb", "https://u%40x:p%3A%25@h/a%2Fb",
     true},
    {"BlankIsEncoded", "https://h/a b", "https://u%40x:p%3A%25@h/a%20b", true},
    {"QueryAndFragmentStay", "https://h/a?b&c#d e",
     "https://u%40x:p%3A%25@h/a?b&c#d%20e", true},
    {"EmptyQueryStays", "https://h/a?", "https://u%40x:p%3A%25@h/a?", true},
    {"AddressInBrackets", "https://[fe80::1%25eth0]:443/r",
     "https://u%40x:p%3A%25@[fe80::1%25eth0]:443/r", true},
    {"HostWithoutSchemeIsAPath", "git.example.org",
     "//u%40x:p%3A%25@git.example.org", true},
    {"HostWithPortWithoutSchemeTakesNoUser", "git.example.org:443",
     "git.example.org:443"},
    {"NothingButAScheme", "https:", "https://u%40x:p%3A%25@"},
    {"NoUrlAtAll", "", "//u%40x:p%3A%25@"},
    {"ScpFormIsRefused", "git@git.example.org:team/r.git", ""},
    {"AddressWithPortWithoutSchemeIsRefused", "127.0.0.1:80", ""},
    {"PortThatIsNoneIsRefused", "https://h:port", ""},
    {"TwoPortsAreRefused", "https://h:1:2", ""},
    {"OtherSchemesMayHaveColons", "ssh://a:b:2", "ssh://u%40x:p%3A%25@a:b:2"},
    {"BadEscapeIsRefused", "https://h/%zz", ""},
    {"EncodedAsciiInAHostIsRefused", "https://h%41/", ""},
    {"BlankInAHostIsRefused", "https://a b/", ""},
    {"NewlineIsRefused", "https://h/\n", ""},
    {"NameInBracketsIsRefused", "https://[host]/", ""},
    {"OpenBracketIsRefused", "https://[::1/", ""},
    {"ColonFirstIsRefused", "://h", ""},
};

TEST(UrlTest, IsReadAndWrittenAsGoDoes) {
  for (const UrlCase& c : kUrlCases) {
    SCOPED_TRACE(c.name);
    std::string error;
    const auto url = Url::Parse(c.url, &error);
    if (c.with_user[0] == '\0') {
      EXPECT_FALSE(url.has_value()) << url->WithUser("u", "p");
      EXPECT_NE(error, "");
      continue;
    }
    ASSERT_TRUE(url.has_value()) << error;
    EXPECT_EQ(url->WithUser("u@x", "p:%"), c.with_user);
    EXPECT_EQ(url->HasPath(), c.has_path);
  }
}

TEST(UrlTest, HostsAndPorts) {
  const auto split = [](const char* text) {
    const auto parts = SplitHostPort(text);
    return parts.has_value() ? parts->host + "|" + parts->port : "none";
  };
  EXPECT_EQ(split("h:22"), "h|22");
  EXPECT_EQ(split("h:"), "h|");
  EXPECT_EQ(split("h"), "none");
  EXPECT_EQ(split("[::1]:22"), "::1|22");
  EXPECT_EQ(split("[::1]"), "none");
  EXPECT_EQ(split("::1"), "none");
  EXPECT_EQ(split("a[b:1"), "none");
  EXPECT_EQ(split(""), "none");
}

}  // namespace
}  // namespace colocation::launcher
