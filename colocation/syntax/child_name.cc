#include "colocation/syntax/child_name.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace colocation {
namespace {

constexpr size_t kLongest = 63;
constexpr size_t kHashLength = 32;
constexpr size_t kHead = kLongest - kHashLength;

// RFC 1321, section 3.4: by round and step.
constexpr int kShifts[4][4] = {
    {7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

uint32_t SineConstant(int step) {
  return static_cast<uint32_t>(
      static_cast<int64_t>(std::fabs(std::sin(step + 1.0)) * 4294967296.0));
}

void AddBlock(const unsigned char* block, std::array<uint32_t, 4>* state) {
  auto [a, b, c, d] = *state;
  for (int step = 0; step < 64; ++step) {
    uint32_t mixed = 0;
    int word = 0;
    switch (step / 16) {
      case 0:
        mixed = (b & c) | (~b & d);
        word = step;
        break;
      case 1:
        mixed = (b & d) | (c & ~d);
        word = (5 * step + 1) % 16;
        break;
      case 2:
        mixed = b ^ c ^ d;
        word = (3 * step + 5) % 16;
        break;
      default:
        mixed = c ^ (b | ~d);
        word = (7 * step) % 16;
    }
    const unsigned char* at = block + 4 * word;
    const uint32_t given =
        at[0] | at[1] << 8 | at[2] << 16 | static_cast<uint32_t>(at[3]) << 24;
    const uint32_t rotated = std::rotl(a + mixed + SineConstant(step) + given,
                                       kShifts[step / 16][step % 4]);
    a = d;
    d = c;
    c = b;
    b += rotated;
  }
  (*state)[0] += a;
  (*state)[1] += b;
  (*state)[2] += c;
  (*state)[3] += d;
}

// Without what may not stand at the end of a name.
std::string Trimmed(std::string name) {
  while (!name.empty() && !absl::ascii_isalnum(name.back())) name.pop_back();
  return name;
}

}  // namespace

std::string Md5Hex(absl::string_view text) {
  std::string padded(text);
  padded.push_back('\x80');
  while (padded.size() % 64 != 56) padded.push_back('\0');
  const uint64_t bits = static_cast<uint64_t>(text.size()) * 8;
  for (int i = 0; i < 8; ++i) {
    padded.push_back(static_cast<char>(bits >> (8 * i) & 0xff));
  }
  std::array<uint32_t, 4> state = {0x67452301, 0xefcdab89, 0x98badcfe,
                                   0x10325476};
  for (size_t at = 0; at < padded.size(); at += 64) {
    AddBlock(reinterpret_cast<const unsigned char*>(padded.data()) + at,
             &state);
  }
  std::string sum;
  for (const uint32_t word : state) {
    for (int i = 0; i < 4; ++i) {
      sum.push_back(static_cast<char>(word >> (8 * i) & 0xff));
    }
  }
  return absl::BytesToHexString(sum);
}

std::string ChildName(absl::string_view parent, absl::string_view suffix) {
  if (parent.size() + suffix.size() <= kLongest) {
    return absl::StrCat(parent, suffix);
  }
  if (suffix.size() >= kHead) {
    std::string name = absl::StrCat(parent.substr(0, kHead),
                                    Md5Hex(absl::StrCat(parent, suffix)));
    if (name.size() < kLongest) {
      absl::StrAppend(&name, suffix.substr(0, kLongest - name.size()));
    }
    return Trimmed(std::move(name));
  }
  return absl::StrCat(parent.substr(0, kHead - suffix.size()), Md5Hex(parent),
                      suffix);
}

std::string TaskRunName(absl::string_view run, absl::string_view task,
                        size_t unit, size_t units) {
  const std::string whole = ChildName(run, absl::StrCat("-", task));
  if (units == 1) return whole;
  const std::string index = absl::StrCat("-", unit);
  const std::string name = ChildName(run, absl::StrCat("-", task, index));
  if (absl::EndsWith(name, index)) return name;
  // The index was cut off.
  const size_t longest = kLongest - absl::StrCat("-", units).size();
  return absl::StrCat(absl::string_view(whole).substr(0, longest), index);
}

}  // namespace colocation
