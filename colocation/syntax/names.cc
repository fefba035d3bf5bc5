#include "colocation/syntax/names.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace colocation {
namespace {

bool IsLabelCharacter(char c) {
  return absl::ascii_islower(c) || absl::ascii_isdigit(c);
}

bool IsLabelOfAnyLength(absl::string_view name) {
  if (name.empty() || name.front() == '-' || name.back() == '-') return false;
  for (char c : name) {
    if (!IsLabelCharacter(c) && c != '-') return false;
  }
  return true;
}

}  // namespace

bool IsDns1123Label(absl::string_view name) {
  return name.size() <= 63 && IsLabelOfAnyLength(name);
}

bool IsDns1123Subdomain(absl::string_view name) {
  if (name.size() > 253) return false;
  for (absl::string_view label : absl::StrSplit(name, '.')) {
    if (!IsLabelOfAnyLength(label)) return false;
  }
  return true;
}

std::string ShortHash(absl::string_view text) {
  uint64_t hash = 14695981039346656037u;
  for (unsigned char c : text) {
    hash ^= c;
    hash *= 1099511628211u;
  }
  return absl::StrCat(
      absl::Hex(static_cast<uint32_t>(hash ^ (hash >> 32)), absl::kZeroPad8));
}

std::string MakeDns1123Label(absl::string_view text, size_t limit) {
  if (text.size() <= limit && IsDns1123Label(text)) return std::string(text);
  std::string label;
  for (char c : text) {
    c = absl::ascii_tolower(c);
    const bool keep = IsLabelCharacter(c);
    if (!keep && (label.empty() || label.back() == '-')) continue;
    label.push_back(keep ? c : '-');
    if (label.size() == limit - 9) break;
  }
  while (!label.empty() && label.back() == '-') label.pop_back();
  const std::string hash = ShortHash(text);
  return label.empty() ? absl::StrCat("x", hash)
                       : absl::StrCat(label, "-", hash);
}

}  // namespace colocation
