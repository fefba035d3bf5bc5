#include "colocation/simulate/usage.h"

#include "absl/strings/str_format.h"

namespace colocation::simulate {

std::string SecondsText(absl::int128 nanos) {
  const absl::int128 millis = nanos / 1'000'000;
  const int64_t rest = static_cast<int64_t>(millis % 1000);
  // absl::int128 has no AlphaNum.
  std::string whole;
  for (absl::int128 rest_of = millis / 1000; rest_of > 0 || whole.empty();
       rest_of /= 10) {
    whole.insert(whole.begin(),
                 static_cast<char>('0' + static_cast<int>(rest_of % 10)));
  }
  return rest == 0 ? whole : absl::StrFormat("%s.%03d", whole, rest);
}

void TimeSum::Add(const Amounts& amounts, Moment duration) {
  if (sums_.size() < amounts.size()) sums_.resize(amounts.size());
  for (size_t r = 0; r < amounts.size(); ++r) {
    sums_[r] += absl::int128(amounts[r]) * duration;
  }
}

void TimeSum::Write(
    const NameTable& resources,
    google::protobuf::Map<std::string, std::string>* out) const {
  for (size_t r = 0; r < sums_.size(); ++r) {
    if (sums_[r] == 0) continue;
    (*out)[resources.Name(static_cast<int>(r))] =
        SecondsText(sums_[r] / (static_cast<int>(r) == kCpu ? 1000 : 1));
  }
}

}  // namespace colocation::simulate
