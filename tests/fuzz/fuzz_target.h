// What a fuzz target is: a function that takes any bytes and must come back,
// and inputs to begin with.
//
// A target is a file x_fuzzer.cc that defines the three below, and may define
// LLVMFuzzerCustomMutator. It is linked twice: with driver.cc, as a test that
// makes the same inputs every time, and with libFuzzer (fuzz.sh), which is led
// by the branches that an input takes.
#ifndef COLOCATION_TESTS_FUZZ_FUZZ_TARGET_H_
#define COLOCATION_TESTS_FUZZ_FUZZ_TARGET_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// libFuzzer's names and types. Ends the process where a claim does not hold.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace colocation::fuzz {

// Inputs that reach much of the code.
std::vector<std::string> Seeds();

// Pieces that mutations put in; libFuzzer's dictionary.
std::vector<std::string> Words();

// Ends the process, with the claim, where it does not hold.
void Require(bool holds, std::string_view claim);

inline std::string_view ToText(const uint8_t* data, size_t size) {
  return std::string_view(reinterpret_cast<const char*>(data), size);
}

}  // namespace colocation::fuzz

#endif  // COLOCATION_TESTS_FUZZ_FUZZ_TARGET_H_
