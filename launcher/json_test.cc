#include "launcher/json.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace colocation::launcher {
namespace {

struct SkipCase {
  const char* name;
  std::string_view json;
  bool good;
};

constexpr SkipCase kSkipCases[] = {
    {"Object", R"({"a":1,"b":[true,false,null]})", true},
    {"Blanks", " \t\r\n{ \"a\" : [ ] } ", true},
    {"Empty", "", false},
    {"TrailingCommaInList", "[1,]", false},
    {"TrailingCommaInObject", R"({"a":1,})", false},
    {"LeadingComma", "[,1]", false},
    {"MissingColon", R"({"a" 1})", false},
    {"KeyWithoutQuotes", "{a:1}", false},
    {"SecondValue", "1 2", false},
    {"UnfinishedString", "\"abc", false},
    {"UnfinishedEscape", "\"abc\\", false},
    {"UnknownEscape", R"("\x")", false},
    {"ShortUnicodeEscape", R"("\u12")", false},
    {"ControlCharacter", "\"a\nb\"", false},
    {"LeadingZero", "01", false},
    {"Fraction", "-1.5e+3", true},
    {"NoDigits", "-", false},
    {"NoFraction", "1.", false},
    {"Comment", "1 // one", false},
    {"MisspelledLiteral", "nul", false},
    {"NotUtf8", "\"\xff\"", false},
    {"OverlongUtf8", "\"\xc0\x80\"", false},
    {"SurrogateInUtf8", "\"\xed\xa0\x80\"", false},
    {"HalfASurrogatePair", R"("\ud800")", false},
};

class JsonSkipTest : public ::testing::TestWithParam<SkipCase> {};

TEST_P(JsonSkipTest, TakesOrRefuses) {
  JsonReader json(GetParam().json);
  EXPECT_EQ(json.Skip() && json.AtEnd(), GetParam().good) << json.error();
}

INSTANTIATE_TEST_SUITE_P(, JsonSkipTest, ::testing::ValuesIn(kSkipCases),
                         [](const auto& info) {
                           return std::string(info.param.name);
                         });

std::string Text(std::string_view json, JsonReader::BadText bad_text) {
  JsonReader reader(json, bad_text);
  std::string text;
  return reader.ReadString(&text) ? text : "error: " + reader.error();
}

TEST(JsonReaderTest, StringsAreUnescaped) {
  const auto text = [](std::string_view json) {
    return Text(json, JsonReader::BadText::kRefuse);
  };
  EXPECT_EQ(text(R"("\"\\\/\b\f\n\r\t")"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(text(R"j("\u0024(x)")j"), "$(x)");
  EXPECT_EQ(text(R"("\u00e9\u20AC")"), "é€");
  EXPECT_EQ(text(R"("\ud83d\ude00")"), "😀");
}

TEST(JsonReaderTest, BadTextIsReplacedOnRequest) {
  const auto text = [](std::string_view json) {
    return Text(json, JsonReader::BadText::kReplace);
  };
  EXPECT_EQ(text("\"a\xff\""
                 "b"),
            "a\uFFFD");
  EXPECT_EQ(text(R"("\ud800x")"), "\uFFFDx");
  EXPECT_EQ(text(R"("\ud800\u0041")"), "\uFFFDA");
  EXPECT_EQ(text(R"("\ude00")"), "\uFFFD");
}

TEST(JsonReaderTest, IntegersAreExact) {
  const auto number = [](std::string_view json) -> std::string {
    JsonReader reader(json);
    int64_t value = 0;
    return reader.ReadInt(&value) ? std::to_string(value) : reader.error();
  };
  EXPECT_EQ(number("9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(number("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(number("\"42\""), "42");
  EXPECT_EQ(number("9223372036854775808"),
            "byte 19: expected a 64-bit integer");
  EXPECT_EQ(number("1.5"), "byte 3: expected a 64-bit integer");
  EXPECT_EQ(number("\" 1\""), "byte 4: expected a 64-bit integer");
}

TEST(JsonReaderTest, DepthIsBounded) {
  const auto nested = [](int depth) {
    const std::string json = std::string(depth, '[') + std::string(depth, ']');
    JsonReader reader(json);
    return reader.Skip() && reader.AtEnd();
  };
  EXPECT_TRUE(nested(JsonReader::kMaxDepth));
  EXPECT_FALSE(nested(JsonReader::kMaxDepth + 1));
}

TEST(JsonWriterTest, ReadsBackAsItWas) {
  std::string all;
  for (int c = 1; c < 128; ++c) all.push_back(static_cast<char>(c));
  all += "é€😀\u2028";
  for (const bool html : {false, true}) {
    std::string json;
    AppendJsonString(all, &json, html);
    EXPECT_EQ(Text(json, JsonReader::BadText::kRefuse), all);
  }
}

TEST(JsonWriterTest, EscapesAsGoDoes) {
  std::string json;
  AppendJsonString("<a>&\u2028\x01", &json, /*html=*/true);
  EXPECT_EQ(json, R"("\u003ca\u003e\u0026\u2028\u0001")");
}

}  // namespace
}  // namespace colocation::launcher
