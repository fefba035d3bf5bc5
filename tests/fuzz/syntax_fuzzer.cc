// Quantities, durations, times and names. What can be read is written in a form
// that reads as the same.
#include "colocation/syntax/duration.h"
#include "colocation/syntax/names.h"
#include "colocation/syntax/quantity.h"
#include "colocation/syntax/timestamp.h"
#include "tests/fuzz/fuzz_target.h"

namespace colocation::fuzz {

std::vector<std::string> Seeds() {
  return {"0",
          "100m",
          "1.5Gi",
          "-3e-3",
          "+.5k",
          "9223372036854775807",
          "1n",
          "12E2",
          "1Ei",
          "0.0001",
          "1E",
          "1e10",
          "1h30m",
          "1.5s",
          "-2us",
          "3µs",
          "292y",
          "2562047h47m16.854775807s",
          "1ns",
          "0",
          "5m0.1ms",
          "2024-02-29T12:00:00Z",
          "2024-02-29T1:00:00,5+01:30",
          "a-b.c",
          "A_b",
          "x"};
}

std::vector<std::string> Words() {
  return {"m", "k",  "Ki", "Mi", "E", "e",   "n",
          "u", ".",  "-",  "+",  "0", "00",  "9223372036854775808",
          "h", "ms", "s",  "µ",  "μ", "\xff"};
}

}  // namespace colocation::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace colocation;
  using fuzz::Require;
  const std::string_view given = fuzz::ToText(data, size);
  const absl::string_view text(given.data(), given.size());

  if (const auto quantity = Quantity::Parse(text)) {
    const std::string written = quantity->ToString();
    const auto again = Quantity::Parse(written);
    Require(again.has_value(), "a quantity that was written can be read");
    Require(*again == *quantity, "a quantity is what was written");
    Require(again->ToString() == written, "there is one way to write it");
    Require(!(*quantity + *quantity < *quantity) || quantity->nanos() < 0,
            "a sum is not smaller");
    quantity->CeilUnits();
    quantity->CeilMillis();
  }
  if (const auto ns = ParseDurationNs(text)) {
    Require(ParseDurationNs(FormatDurationNs(*ns)) == ns,
            "a duration is what was written");
  }
  IsTimestamp(text);
  for (const size_t limit : {16, 63}) {
    Require(IsDns1123Label(MakeDns1123Label(text, limit)),
            "a label that was made is one");
    Require(MakeDns1123Label(text, limit).size() <= limit, "a label fits");
  }
  IsDns1123Subdomain(text);
  return 0;
}
