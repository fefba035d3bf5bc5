// Small random changes of a text.
#ifndef COLOCATION_TESTS_FUZZ_TEXT_MUTATOR_H_
#define COLOCATION_TESTS_FUZZ_TEXT_MUTATOR_H_

#include <random>
#include <string>
#include <vector>

namespace colocation::fuzz {

// Changes one place: takes some bytes out, puts a word in, sets a byte, repeats
// or moves a part, or puts in a part of `other`.
void MutateText(const std::vector<std::string>& words, const std::string& other,
                std::mt19937* random, std::string* text);

}  // namespace colocation::fuzz

#endif  // COLOCATION_TESTS_FUZZ_TEXT_MUTATOR_H_
