#include "cli/podman/log_follower.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "absl/strings/str_cat.h"

namespace colocation::podman {
namespace {

constexpr size_t kTailLines = 80;
constexpr size_t kTailBytes = 2048;

// Cuts the text before the first space off `*text`.
absl::string_view TakeWord(absl::string_view* text) {
  const size_t space = std::min(text->find(' '), text->size());
  const absl::string_view word = text->substr(0, space);
  text->remove_prefix(std::min(space + 1, text->size()));
  return word;
}

}  // namespace

void LogFollower::Read(OnLine on_line) {
  if (fd_.get() < 0) {
    fd_ = Descriptor(open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  }
  if (fd_.get() < 0) return;
  char buffer[65536];
  ssize_t got;
  while ((got = read(fd_.get(), buffer, sizeof buffer)) > 0 ||
         (got < 0 && errno == EINTR)) {
    absl::string_view text(buffer, got > 0 ? got : 0);
    for (size_t end; (end = text.find('\n')) != absl::string_view::npos;
         text.remove_prefix(end + 1)) {
      if (unfinished_entry_.empty()) {
        Take(text.substr(0, end), on_line);
        continue;
      }
      absl::StrAppend(&unfinished_entry_, text.substr(0, end));
      Take(unfinished_entry_, on_line);
      unfinished_entry_.clear();
    }
    absl::StrAppend(&unfinished_entry_, text);
  }
}

void LogFollower::Finish(OnLine on_line) {
  Read(on_line);
  if (unfinished_line_.empty()) return;
  Give(unfinished_line_, on_line);
  unfinished_line_.clear();
}

void LogFollower::Take(absl::string_view entry, OnLine on_line) {
  TakeWord(&entry);  // the time
  TakeWord(&entry);  // the stream
  const bool partial = TakeWord(&entry) == "P";
  if (partial) {
    absl::StrAppend(&unfinished_line_, entry);
  } else if (unfinished_line_.empty()) {
    Give(entry, on_line);
  } else {
    absl::StrAppend(&unfinished_line_, entry);
    Give(unfinished_line_, on_line);
    unfinished_line_.clear();
  }
}

void LogFollower::Give(absl::string_view line, OnLine on_line) {
  tail_.emplace_back(line);
  if (tail_.size() > kTailLines) tail_.pop_front();
  on_line(line);
}

std::string LogFollower::Tail() const {
  std::string text;
  for (const std::string& line : tail_) absl::StrAppend(&text, line, "\n");
  return text.size() <= kTailBytes ? text
                                   : text.substr(text.size() - kTailBytes);
}

}  // namespace colocation::podman
