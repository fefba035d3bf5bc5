// Runs a fuzz target without a fuzzer: as a test, and on single inputs.
//
//   x_test --mutants=N      the seeds, every file of tests/fuzz/found/x, and N
//                           mutants of them, the same ones every time
//   x_test FILE...          these inputs
//   x_test --write=FOLDER   writes the seeds to files, and Words() as
//                           libFuzzer's dictionary to FOLDER.dict
//
// An input at which the process ends is printed, in C's notation.

#include <algorithm>
#include <cctype>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/text_mutator.h"

// Only some targets have one.
extern "C" __attribute__((weak)) size_t LLVMFuzzerCustomMutator(
    uint8_t* data, size_t size, size_t most, unsigned int seed);

namespace colocation::fuzz {
namespace {

constexpr size_t kLongest = 1 << 20;
constexpr unsigned kSeed = 20240601;

const std::string* running = nullptr;

void PrintInput() {
  if (running == nullptr) return;
  std::fprintf(stderr, "the input: \"");
  for (const char c : running->substr(0, 100'000)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == '"' || byte == '\\') {
      std::fprintf(stderr, "\\%c", byte);
    } else if (std::isprint(byte)) {
      std::fputc(byte, stderr);
    } else {
      std::fprintf(stderr, "\\%03o", byte);
    }
  }
  std::fprintf(stderr, "\"\n");
}

void OnSignal(int signal) {
  PrintInput();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void Run(const std::string& input) {
  running = &input;
  // A copy of its own, so that a sanitizer sees reading beyond the end.
  const std::vector<uint8_t> bytes(input.begin(), input.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  running = nullptr;
}

std::string Content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::cerr << path << ": can't be read\n";
    std::exit(2);
  }
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::string Mutant(const std::vector<std::string>& inputs,
                   const std::vector<std::string>& words,
                   std::mt19937* random) {
  std::string input = inputs[(*random)() % inputs.size()];
  if (LLVMFuzzerCustomMutator != nullptr) {
    std::vector<uint8_t> bytes(input.begin(), input.end());
    bytes.resize(kLongest);
    const size_t size = LLVMFuzzerCustomMutator(bytes.data(), input.size(),
                                                kLongest, (*random)());
    return std::string(bytes.begin(), bytes.begin() + size);
  }
  for (size_t edits = 1 + (*random)() % 4; edits > 0; --edits) {
    MutateText(words, inputs[(*random)() % inputs.size()], random, &input);
  }
  return input;
}

int Test(const std::string& found, int mutants) {
  std::vector<std::string> inputs = Seeds();
  if (inputs.empty()) {
    std::cerr << "no seeds: run me in the repository's root\n";
    return 1;
  }
  const size_t seeds = inputs.size();
  std::error_code absent;
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(found, absent)) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) inputs.push_back(Content(path));
  for (const std::string& input : inputs) Run(input);

  const std::vector<std::string> words = Words();
  std::mt19937 random(kSeed);
  for (int i = 0; i < mutants; ++i) Run(Mutant(inputs, words, &random));
  std::cout << seeds << " seeds, " << paths.size() << " inputs once found, "
            << mutants << " mutants (seed " << kSeed << ")\n";
  return 0;
}

int Write(const std::string& folder) {
  std::filesystem::create_directories(folder);
  const std::vector<std::string> seeds = Seeds();
  for (size_t i = 0; i < seeds.size(); ++i) {
    std::ofstream(folder + "/seed" + std::to_string(i), std::ios::binary)
        << seeds[i];
  }
  std::ofstream dictionary(folder + ".dict");
  for (const std::string& word : Words()) {
    if (word.empty()) continue;
    dictionary << '"';
    for (const char c : word) {
      char hex[8];
      std::snprintf(hex, sizeof(hex), "\\x%02x", static_cast<unsigned char>(c));
      dictionary << hex;
    }
    dictionary << "\"\n";
  }
  return dictionary ? 0 : 1;
}

int Main(int argc, char** argv) {
  for (const int signal : {SIGABRT, SIGSEGV, SIGFPE, SIGILL}) {
    // A sanitizer's own handler says more.
#ifndef __SANITIZE_ADDRESS__
    std::signal(signal, OnSignal);
#else
    if (signal == SIGABRT) std::signal(signal, OnSignal);
#endif
  }
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  constexpr std::string_view kWrite = "--write=";
  constexpr std::string_view kMutants = "--mutants=";
  constexpr std::string_view kFound = "--found=";
  std::string found;
  int mutants = -1;
  for (const std::string_view argument : arguments) {
    if (argument.substr(0, kWrite.size()) == kWrite) {
      return Write(std::string(argument.substr(kWrite.size())));
    }
    if (argument.substr(0, kFound.size()) == kFound) {
      found = argument.substr(kFound.size());
    } else if (argument.substr(0, kMutants.size()) == kMutants) {
      mutants =
          std::atoi(std::string(argument.substr(kMutants.size())).c_str());
    } else {
      Run(Content(std::string(argument)));
    }
  }
  return mutants < 0 ? 0 : Test(found, mutants);
}

}  // namespace
}  // namespace colocation::fuzz

int main(int argc, char** argv) { return colocation::fuzz::Main(argc, argv); }
