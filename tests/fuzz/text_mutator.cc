#include "tests/fuzz/text_mutator.h"

#include <cstddef>

namespace colocation::fuzz {

void MutateText(const std::vector<std::string>& words, const std::string& other,
                std::mt19937* random, std::string* text) {
  const auto below = [random](size_t n) { return (*random)() % n; };
  const size_t at = below(text->size() + 1);
  switch (below(6)) {
    case 0:
      text->erase(at, 1 + below(8));
      break;
    case 1:
      if (!words.empty()) text->insert(at, words[below(words.size())]);
      break;
    case 2:
      if (at < text->size()) (*text)[at] = static_cast<char>(below(256));
      break;
    case 3:
      text->insert(at, text->substr(below(text->size() + 1), below(40)));
      break;
    case 4: {
      const std::string part = text->substr(at, below(40));
      text->erase(at, part.size());
      text->insert(below(text->size() + 1), part);
      break;
    }
    default:
      text->insert(at, other.substr(below(other.size() + 1), below(40)));
  }
}

}  // namespace colocation::fuzz
