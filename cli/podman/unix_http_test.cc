#include "cli/podman/unix_http.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/podman/descriptor.h"
#include "gtest/gtest.h"

namespace colocation::podman {
namespace {

struct ResponseCase {
  const char* name;
  const char* text;
  // Zero: no response.
  int code;
  const char* body;
};

class ParseHttpResponseTest : public testing::TestWithParam<ResponseCase> {};

TEST_P(ParseHttpResponseTest, Parses) {
  const absl::StatusOr<HttpResponse> response =
      ParseHttpResponse(GetParam().text);
  EXPECT_EQ(response.ok() ? response->code : 0, GetParam().code)
      << response.status();
  EXPECT_EQ(response.ok() ? response->body : "", GetParam().body);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, ParseHttpResponseTest,
    testing::ValuesIn<ResponseCase>({
        {"BodyUntilTheEnd", "HTTP/1.1 200 OK\r\n\r\nbody", 200, "body"},
        {"BodyOfALength",
         "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nbody", 201, "bo"},
        {"NoBody", "HTTP/1.1 204 No Content\r\n\r\n", 204, ""},
        {"Chunks",
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
         "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n",
         200, "abc0123456789"},
        {"InterimResponseFirst",
         "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nx", 200, "x"},
        {"HeaderNamesInAnyCase",
         "HTTP/1.1 200 OK\r\ncontent-LENGTH:1\r\n\r\nab", 200, "a"},
        {"Empty", "", 0, ""},
        {"CutOffHead", "HTTP/1.1 200 OK\r\nContent-Le", 0, ""},
        {"CutOffBody", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbody", 0,
         ""},
        {"CutOffChunk",
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc", 0,
         ""},
        {"MissingLastChunk",
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", 0,
         ""},
        {"HugeChunk",
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
         "ffffffffffffffff\r\nabc\r\n",
         0, ""},
        {"NoStatus", "HTTP/1.1 \r\n\r\n", 0, ""},
        {"OtherProtocol", "SSH-2.0-x\r\n\r\n", 0, ""},
    }),
    [](const auto& info) { return info.param.name; });

TEST(UrlEncodeTest, OnlyUnreservedCharactersStay) {
  EXPECT_EQ(UrlEncode("localhost/a_b:c-1.0~x"), "localhost%2Fa_b%3Ac-1.0~x");
  EXPECT_EQ(UrlEncode("a b&c=\xc3\xbc"), "a%20b%26c%3D%C3%BC");
}

// A server that answers one connection with `answer` and keeps what it read.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer) : answer_(std::move(answer)) {
    std::string directory = testing::TempDir() + "http-XXXXXX";
    EXPECT_NE(mkdtemp(directory.data()), nullptr);
    // A socket's address is short, and a test's directory isn't.
    directory_ = Descriptor(open(directory.c_str(), O_PATH | O_DIRECTORY));
    path_ = absl::StrCat("/proc/self/fd/", directory_.get(), "/s");
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    listening_ = socket(AF_UNIX, SOCK_STREAM, 0);
    EXPECT_EQ(bind(listening_, reinterpret_cast<const sockaddr*>(&address),
                   sizeof address),
              0);
    EXPECT_EQ(listen(listening_, 1), 0);
    thread_ = std::thread([this] { Serve(); });
  }
  ~OneAnswer() {
    thread_.join();
    close(listening_);
  }

  const std::string& path() const { return path_; }
  const std::string& seen() const { return seen_; }

 private:
  void Serve() {
    const int connection = accept(listening_, nullptr, nullptr);
    char buffer[4096];
    while (!absl::EndsWith(seen_, "the end")) {
      const ssize_t got = read(connection, buffer, sizeof buffer);
      if (got <= 0) break;
      seen_.append(buffer, got);
    }
    // A client that gave up is gone.
    (void)!send(connection, answer_.data(), answer_.size(), MSG_NOSIGNAL);
    close(connection);
  }

  std::string answer_;
  Descriptor directory_;
  std::string path_;
  std::string seen_;
  int listening_;
  std::thread thread_;
};

TEST(SendTest, SendsTheRequestAndReadsTheAnswer) {
  const std::string body(100'000, 'b');
  absl::StatusOr<HttpResponse> response;
  std::string seen;
  {
    OneAnswer server(
        absl::StrCat("HTTP/1.1 200 OK\r\n\r\n", std::string(300'000, 'a')));
    HttpRequest request;
    request.method = "POST";
    request.target = "/x?y=z";
    const std::string whole = absl::StrCat(body, "the end");
    request.body = whole;
    response = Send(server.path(), request);
    seen = server.seen();
  }
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->body, std::string(300'000, 'a'));
  EXPECT_TRUE(absl::StartsWith(seen, "POST /x?y=z HTTP/1.1\r\n")) << seen;
  EXPECT_TRUE(absl::StrContains(seen, "Content-Length: 100007\r\n"));
  EXPECT_TRUE(absl::EndsWith(seen, absl::StrCat("\r\n\r\n", body, "the end")));
}

TEST(SendTest, ReadableDescriptorGivesUp) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], "x", 1), 1);
  OneAnswer server("");
  HttpRequest request;
  request.method = "GET";
  request.target = "/";
  request.cancel_fd = ends[0];
  EXPECT_EQ(Send(server.path(), request).status().code(),
            absl::StatusCode::kCancelled);
  close(ends[0]);
  close(ends[1]);
}

TEST(SendTest, NobodyListening) {
  HttpRequest request;
  request.method = "GET";
  request.target = "/";
  EXPECT_EQ(Send("/nonexistent/socket", request).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(Send(std::string(200, 'x'), request).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace colocation::podman
