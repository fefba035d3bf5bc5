// Where an expression is wrong.
#ifndef COLOCATION_CEL_FAULT_H_
#define COLOCATION_CEL_FAULT_H_

#include <cstddef>
#include <string>

namespace colocation::cel {

struct Fault {
  size_t offset = 0;  // in the text, in bytes
  std::string message;
  // It may be right, and is more than is looked at.
  bool too_large = false;
};

}  // namespace colocation::cel

#endif  // COLOCATION_CEL_FAULT_H_
