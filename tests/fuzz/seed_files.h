// Seeds that are files of the repository.
#ifndef COLOCATION_TESTS_FUZZ_SEED_FILES_H_
#define COLOCATION_TESTS_FUZZ_SEED_FILES_H_

#include <string>
#include <string_view>
#include <vector>

namespace colocation::fuzz {

// The examples, the golden runs, and every hard case of tests/parity by itself,
// in order. Found from the repository's root, where tests run.
std::vector<std::string> YamlTexts();

// The lines of a file of the repository that aren't empty and don't begin with
// "#".
std::vector<std::string> Lines(const std::string& path);

// A run of all sorts of tasks that is planned into several Pods.
std::string_view RunText();

}  // namespace colocation::fuzz

#endif  // COLOCATION_TESTS_FUZZ_SEED_FILES_H_
