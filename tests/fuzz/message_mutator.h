// Small random changes of a message, by its fields.
//
// Bytes of a message that are changed blindly are hardly ever a message again,
// so that only the parser would be tested. Here what comes out always is one,
// with values that are wrong.
#ifndef COLOCATION_TESTS_FUZZ_MESSAGE_MUTATOR_H_
#define COLOCATION_TESTS_FUZZ_MESSAGE_MUTATOR_H_

#include <google/protobuf/message.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace colocation::fuzz {

// Changes one field somewhere in `message`: clears or sets it, takes an element
// out, adds, repeats or swaps some. New texts are `words`, texts that stand
// elsewhere in the message, or changed ones.
void MutateMessage(const std::vector<std::string>& words, std::mt19937* random,
                   google::protobuf::Message* message);

// The body of an LLVMFuzzerCustomMutator for inputs that are `head` bytes and a
// message of the type of `message`, in protobuf's binary form; the head changes
// too. What isn't a message becomes an empty one.
size_t MutateInput(const std::vector<std::string>& words, size_t head,
                   uint8_t* data, size_t size, size_t most, unsigned seed,
                   google::protobuf::Message* message);

}  // namespace colocation::fuzz

#endif  // COLOCATION_TESTS_FUZZ_MESSAGE_MUTATOR_H_
