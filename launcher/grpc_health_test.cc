#include "launcher/grpc_health.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>

#include "launcher/grpc_health_testing.h"

namespace colocation::launcher {
namespace {

using std::string_literals::operator""s;

const std::string kSettings = Frame("\4\0\0"s, "");
// :status 200, content-type application/grpc.
const std::string kHeaders = GrpcHeaders();
const std::string kServing = GrpcMessage("\x08\1");
const std::string kPlainTrailers = GrpcTrailers("0");
const std::string kOkAnswer = kSettings + kHeaders + kServing + kPlainTrailers;

struct Seen {
  bool done = false;
  bool serving = false;

  bool operator==(const Seen&) const = default;
};

Seen After(const std::string& answer, size_t piece = 1 << 20) {
  GrpcHealthCheck check("h:1", "");
  for (size_t at = 0; at < answer.size(); at += piece) {
    check.Read(std::string_view(answer).substr(at, piece));
  }
  return {check.done(), check.serving()};
}

constexpr Seen kGood = {true, true};
constexpr Seen kBad = {true, false};
constexpr Seen kOpen = {false, false};

TEST(GrpcHealthTest, AsksForTheService) {
  GrpcHealthCheck check("h:1", "db");
  const std::string request = check.TakeOutput();
  EXPECT_EQ(request.substr(0, 24), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  EXPECT_NE(request.find("\x83\x86\x04\x1c/grpc.health.v1.Health/Check"),
            request.npos);
  EXPECT_EQ(request.substr(request.size() - 18),
            Frame("\0\1\1"s, "\0\0\0\0\4\x0a\2db"s));
  EXPECT_EQ(check.TakeOutput(), "");
}

TEST(GrpcHealthTest, AnswersSettingsAndPings) {
  GrpcHealthCheck check("h:1", "");
  check.TakeOutput();
  check.Read(kSettings + Frame("\6\0\0"s, "12345678"));
  EXPECT_EQ(check.TakeOutput(),
            Frame("\4\1\0"s, "") + Frame("\6\1\0"s, "12345678"));
  check.Read(Frame("\4\1\0"s, "") + Frame("\6\1\0"s, "12345678"));
  EXPECT_EQ(check.TakeOutput(), "");
}

TEST(GrpcHealthTest, ItMayComeInAnyPieces) {
  for (size_t piece = 1; piece <= kOkAnswer.size(); ++piece) {
    EXPECT_EQ(After(kOkAnswer, piece), kGood) << piece;
  }
}

TEST(GrpcHealthTest, AServiceWithAnEndlessNameIsNotServed) {
  EXPECT_FALSE(GrpcHealthCheck("h:1", std::string(16'000, 's')).done());
  const GrpcHealthCheck check("h:1", std::string(16'384, 's'));
  EXPECT_TRUE(check.done());
  EXPECT_FALSE(check.serving());
}

struct AnswerCase {
  const char* name;
  std::string answer;
  Seen seen;
};

class AnswerTest : public testing::TestWithParam<AnswerCase> {};

TEST_P(AnswerTest, Means) {
  EXPECT_EQ(After(GetParam().answer), GetParam().seen);
}

INSTANTIATE_TEST_SUITE_P(
    GrpcHealth, AnswerTest,
    testing::Values(
        AnswerCase{"Serving", kOkAnswer, kGood},
        AnswerCase{"HuffmansCode",
                   kHeaders + kServing +
                       Frame("\1\5\1"s,
                             "\x40\x88\x9a\xca\xc8\xb2\x12\x34\xda"
                             "\x8f\x81\x07"s),
                   kGood},
        AnswerCase{"ATableSizeUpdateFirst",
                   kHeaders + kServing +
                       Frame("\1\5\1"s,
                             "\x20\0\x0bgrpc-status\1"
                             "0"s),
                   kGood},
        AnswerCase{"PaddingAndPriority",
                   Frame("\1\x2c\1"s, "\2\0\0\0\0\0\x88\0\0"s) +
                       Frame("\0\x08\1"s, "\1\0\0\0\0\2\x08\1\0"s) +
                       kPlainTrailers,
                   kGood},
        AnswerCase{"HeadersInParts",
                   Frame("\1\0\1"s, "\x88"s) +
                       Frame("\x09\4\1"s,
                             "\x5f\x10"
                             "application/grpc"s) +
                       kServing + Frame("\1\1\1"s, "\0\x0bgrpc-"s) +
                       Frame("\x09\4\1"s,
                             "status\1"
                             "0"s),
                   kGood},
        AnswerCase{"FieldsThatAreNotKnown",
                   kHeaders +
                       Frame("\0\0\1"s, "\0\0\0\0\x08\x12\2xy\x08\1\x18\5"s) +
                       kPlainTrailers,
                   kGood},
        AnswerCase{"FramesThatAreNotKnown", Frame("\x42\0\1"s, "x") + kOkAnswer,
                   kGood},
        AnswerCase{"AServerThatGoesAwayAfterwards",
                   Frame("\7\0\0"s, "\0\0\0\1\0\0\0\0"s) + kOkAnswer, kGood},
        AnswerCase{
            "NotServing",
            kHeaders + Frame("\0\0\1"s, "\0\0\0\0\2\x08\2"s) + kPlainTrailers,
            kBad},
        // UNKNOWN is the default, which isn't sent.
        AnswerCase{"AnEmptyMessage",
                   kHeaders + Frame("\0\0\1"s, "\0\0\0\0\0"s) + kPlainTrailers,
                   kBad},
        // As for a service that it doesn't know: NOT_FOUND.
        AnswerCase{"AStatusAlone",
                   Frame("\1\5\1"s,
                         "\x88\0\x0bgrpc-status\1"
                         "5"s),
                   kBad},
        AnswerCase{"AStatusAfterTheMessage",
                   kHeaders + kServing +
                       Frame("\1\5\1"s,
                             "\0\x0bgrpc-status\2"
                             "13"s),
                   kBad},
        AnswerCase{"NoStatus",
                   kHeaders + kServing +
                       Frame("\1\5\1"s,
                             "\0\1a\1"
                             "0"s),
                   kBad},
        AnswerCase{"NoTrailers",
                   kHeaders + Frame("\0\1\1"s, "\0\0\0\0\2\x08\1"s), kBad},
        AnswerCase{
            "Compressed",
            kHeaders + Frame("\0\0\1"s, "\1\0\0\0\2\x08\1"s) + kPlainTrailers,
            kBad},
        AnswerCase{"TwoMessages",
                   kHeaders + kServing + kServing + kPlainTrailers, kBad},
        AnswerCase{
            "HalfAMessage",
            kHeaders + Frame("\0\0\1"s, "\0\0\0\0\x09\x08\1"s) + kPlainTrailers,
            kBad},
        AnswerCase{"AFieldLongerThanTheMessage",
                   kHeaders + Frame("\0\0\1"s, "\0\0\0\0\4\x08\1\x12\x7f"s) +
                       kPlainTrailers,
                   kBad},
        AnswerCase{"AMessageBeforeTheHeaders", kServing + kPlainTrailers, kBad},
        AnswerCase{"AHeaderThatIsNotToBeRemembered",
                   Frame("\1\4\1"s, "\xbe"s) + kServing + kPlainTrailers, kBad},
        AnswerCase{"ANameThatIsNotToBeRemembered",
                   Frame("\1\4\1"s, "\x7e\1x"s) + kServing + kPlainTrailers,
                   kBad},
        AnswerCase{"AHeaderOfNoIndex",
                   Frame("\1\4\1"s, "\x80"s) + kServing + kPlainTrailers, kBad},
        AnswerCase{"Http1", "HTTP/1.1 400 Bad Request\r\n\r\n", kBad},
        AnswerCase{"AFrameThatIsTooLong", "\0\x40\1\0\0\0\0\0\1"s, kBad},
        AnswerCase{"PaddingLongerThanTheFrame",
                   kHeaders + Frame("\0\x08\1"s,
                                    "\x7f"
                                    "a"s),
                   kBad},
        AnswerCase{"ATextLongerThanTheHeaders",
                   Frame("\1\5\1"s,
                         "\0\x7f"
                         "a"s),
                   kBad},
        AnswerCase{"ANumberThatNeverEnds",
                   Frame("\1\5\1"s, "\xff\xff\xff\xff\xff\xff\xff"s), kBad},
        AnswerCase{"ACancelledStream", Frame("\3\0\1"s, "\0\0\0\x08"s), kBad},
        AnswerCase{"AStreamThatIsNotOurs", Frame("\1\5\3"s, "\x88"s), kBad},
        AnswerCase{"APush", Frame("\5\4\1"s, "\0\0\0\2\x88"s), kBad},
        AnswerCase{"SomethingBetweenPartsOfHeaders",
                   Frame("\1\0\1"s, "\x88"s) + kSettings, kBad},
        AnswerCase{"PartsOfNoHeaders", Frame("\x09\4\1"s, "\x88"s), kBad},
        AnswerCase{"AServerThatGoesAway", Frame("\7\0\0"s, "\0\0\0\0\0\0\0\0"s),
                   kBad},
        AnswerCase{"APingOfTheWrongSize", Frame("\6\0\0"s, "1"), kBad},
        AnswerCase{"NoEndYet", kHeaders + kServing, kOpen},
        AnswerCase{"Nothing", "", kOpen}),
    [](const auto& info) { return std::string(info.param.name); });

std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(
        std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

// What the health server of grpc-go 1.82.1 sent to this check, for a service
// that is up, one that is down, and one that it doesn't know.
TEST(GrpcHealthTest, RecordedAnswersOfARealServer) {
  constexpr char kUp[] =
      "0000060400000000000005000040000000000401000000000000040800000000000000"
      "000900000806000000000002041010090e070700001001040000000120880f108b1d75"
      "d0620d263d4c4d65640000070000000000010000000002080100001801050000000100"
      "889acac8b21234da8f013000899acac8b5254207317f00";
  constexpr char kDown[] =
      "0000060400000000000005000040000000000401000000000000040800000000000000"
      "000b00000806000000000002041010090e070700001001040000000120880f108b1d75"
      "d0620d263d4c4d65640000070000000000010000000002080200001801050000000100"
      "889acac8b21234da8f013000899acac8b5254207317f00";
  constexpr char kNobody[] =
      "0000060400000000000005000040000000000401000000000000040800000000000000"
      "000d00000806000000000002041010090e070700003301050000000120880f108b1d75"
      "d0620d263d4c4d656400889acac8b21234da8f013500899acac8b5254207317f8bb6ae"
      "b51fc54a20b677310b";
  EXPECT_EQ(After(FromHex(kUp)), kGood);
  EXPECT_EQ(After(FromHex(kDown)), kBad);
  EXPECT_EQ(After(FromHex(kNobody)), kBad);
}

TEST(GrpcHealthTest, WhatNeverEndsIsNotKept) {
  std::string endless = Frame("\1\0\1"s, std::string(16'384, '\x88'));
  for (int i = 0; i < 4; ++i) {
    endless += Frame("\x09\0\1"s, std::string(16'384, '\x88'));
  }
  EXPECT_EQ(After(endless), kBad);
  EXPECT_EQ(After(kHeaders + Frame("\0\0\1"s, std::string(16'384, 'x')) +
                  Frame("\0\0\1"s, "x"s)),
            kBad);
}

// Of an answer that was damaged, any byte of it: no crash, and under a
// sanitizer no read of what isn't there.
TEST(GrpcHealthTest, AnyDamageIsTaken) {
  std::mt19937 random(1);
  int good = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string answer = kOkAnswer;
    for (uint32_t n = random() % 4; n > 0; --n) {
      answer[random() % answer.size()] = static_cast<char>(random());
    }
    answer.resize(answer.size() - random() % 3);
    good += After(answer, 1 + random() % 9).serving;
  }
  EXPECT_GT(good, 1000);
  EXPECT_LT(good, 19'000);
}

}  // namespace
}  // namespace colocation::launcher
