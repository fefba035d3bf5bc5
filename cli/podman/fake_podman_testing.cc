// Stands for `podman system service` in tests: answers the calls on descriptor
// 3 with the lines of a file, in order, and writes down what it was asked.
//
//   fake_podman_testing ANSWERS ASKED system service --time=0
//
// A line of ANSWERS is "CODE BODY", or "never": the connection stays open
// without an answer. The last line answers all further calls. /_ping is
// answered by itself. A line of ASKED is "METHOD TARGET".
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace {

constexpr int kListening = 3;

// Reads a whole request; its head.
std::string ReadRequest(int connection) {
  constexpr char kLength[] = "Content-Length: ";
  std::string head;
  char c;
  while (head.find("\r\n\r\n") == std::string::npos &&
         read(connection, &c, 1) == 1) {
    head.push_back(c);
  }
  // What is not read would reset the connection.
  const size_t length = head.find(kLength);
  if (length == std::string::npos) return head;
  for (int left = std::atoi(head.c_str() + length + sizeof kLength - 1);
       left > 0 && read(connection, &c, 1) == 1;) {
    --left;
  }
  return head;
}

void Answer(int connection, const std::string& code, const std::string& body) {
  const std::string text = "HTTP/1.1 " + code + " Said\r\nContent-Length: " +
                           std::to_string(body.size()) + "\r\n\r\n" + body;
  (void)!write(connection, text.data(), text.size());
  close(connection);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  std::vector<std::string> answers;
  std::ifstream in(argv[1]);
  for (std::string line; std::getline(in, line);) answers.push_back(line);
  std::ofstream asked(argv[2]);
  size_t next = 0;
  for (int connection;
       (connection = accept(kListening, nullptr, nullptr)) >= 0;) {
    const std::string head = ReadRequest(connection);
    if (head.find("/_ping ") != std::string::npos) {
      Answer(connection, "200", "OK");
      continue;
    }
    asked << head.substr(0, head.find(" HTTP/")) << std::endl;
    if (answers.empty()) return 1;
    const std::string& line = answers[next];
    if (next + 1 < answers.size()) ++next;
    if (line == "never") continue;
    Answer(connection, line.substr(0, 3),
           line.size() > 4 ? line.substr(4) : "");
  }
  return 1;
}
