#include "colocation/render/markup.h"

#include <gtest/gtest.h>

namespace colocation {
namespace {

struct EscapeCase {
  const char* claim;
  std::string text;
  std::string xml;
  std::string dot;
};

const EscapeCase kEscapeCases[] = {
    {"PlainStaysPlain", "unit-test ä€𝄞", "unit-test ä€𝄞", "\"unit-test ä€𝄞\""},
    {"MarkupIsText", "<b a='1'>&\"", "&lt;b a=&#39;1&#39;&gt;&amp;&quot;",
     "\"<b a='1'>&amp;\\\"\""},
    {"QuotesCannotEndADotString", "x\"];y[\"", "x&quot;];y[&quot;",
     "\"x\\\"];y[\\\"\""},
    {"DotEscapesAreText", "\\N\\l\\", "\\N\\l\\", "\"\\\\N\\\\l\\\\\""},
    {"ControlsAreReplaced", std::string("a\x1b\0b", 4), "a\ufffd\ufffdb",
     "\"a\ufffd\ufffdb\""},
    {"C1ControlsAreReplaced", "\u0085\u009f\u00a0", "\ufffd\ufffd\u00a0",
     "\"\ufffd\ufffd\u00a0\""},
    {"LoneBytesAreReplaced", "\x80z\xc3", "\ufffdz\ufffd", "\"\ufffdz\ufffd\""},
    {"OverlongFormsAreReplaced", "\xc0\xbc", "\ufffd", "\"\ufffd\""},
    {"SurrogatesAreReplaced", "\xed\xa0\x80", "\ufffd", "\"\ufffd\""},
    {"NoncharactersOfXmlAreReplaced", "\xef\xbf\xbf", "\ufffd", "\"\ufffd\""},
};

TEST(Markup, TextIsTextInXmlAndDot) {
  for (const EscapeCase& c : kEscapeCases) {
    SCOPED_TRACE(c.claim);
    EXPECT_EQ(XmlEscaped(c.text), c.xml);
    EXPECT_EQ(DotQuoted(c.text), c.dot);
  }
}

TEST(Shortened, CountsCharactersNotBytes) {
  EXPECT_EQ(Shortened("abc", 3), "abc");
  EXPECT_EQ(Shortened("abcd", 3), "ab…");
  EXPECT_EQ(Shortened("äöü", 3), "äöü");
  EXPECT_EQ(Shortened("äöüß", 3), "äö…");
}

}  // namespace
}  // namespace colocation
