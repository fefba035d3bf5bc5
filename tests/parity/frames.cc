#include "tests/parity/frames.h"

#include <iostream>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace colocation {

v1::PlanOptions OptionsOf(absl::string_view settings) {
  v1::PlanOptions options;
  for (const absl::string_view setting : absl::StrSplit(settings, ';')) {
    const std::pair<std::string, std::string> pair =
        absl::StrSplit(setting, absl::MaxSplits('=', 1));
    (*options.mutable_feature_flags())[pair.first] = pair.second;
  }
  return options;
}

int AnswerFrames(absl::FunctionRef<std::string(
                     absl::string_view, absl::string_view, absl::string_view)>
                     answer) {
  std::ios::sync_with_stdio(false);
  std::string header;
  while (std::getline(std::cin, header)) {
    const std::vector<std::string> fields = absl::StrSplit(header, ' ');
    size_t size = 0;
    if (fields.size() != 4 || fields[0] != "CASE" ||
        !absl::SimpleAtoi(fields[2], &size)) {
      std::cerr << "bad frame header: " << header << "\n";
      return 2;
    }
    std::string text(size + 1, '\0');
    if (!std::cin.read(text.data(), static_cast<std::streamsize>(size + 1))) {
      std::cerr << "frame of " << fields[1] << " is cut off\n";
      return 2;
    }
    text.pop_back();
    std::cout << answer(fields[1], fields[3], text) << "\n";
  }
  return 0;
}

}  // namespace colocation
