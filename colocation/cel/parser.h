// The syntax of the Common Expression Language: a text to a tree.
#ifndef COLOCATION_CEL_PARSER_H_
#define COLOCATION_CEL_PARSER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "colocation/cel/fault.h"

namespace colocation::cel {

// A node of the tree. Operators are calls of functions that are named as in
// cel-go: "_+_", "!_", "_?_:_", "_[_]".
struct Node {
  enum class Kind {
    kInt,     // `integer`
    kUint,    // `natural`
    kDouble,  // `real`
    kString,  // `text`, without quotes and escapes
    kBytes,   // `text`
    kBool,    // `text`: "true" or "false"
    kNull,
    kName,     // `text`
    kSelect,   // children[0].`text`
    kCall,     // `text`(children)
    kMethod,   // children[0].`text`(children[1:])
    kList,     // children
    kMap,      // key, value, key, value
    kMessage,  // `text`{...}
  };
  Kind kind = Kind::kNull;
  size_t offset = 0;
  std::string text;
  int64_t integer = 0;
  uint64_t natural = 0;
  double real = 0;
  // Of a name: with a "." before it, so that it is no variable of a macro.
  bool rooted = false;
  std::vector<int> children;
};

struct Tree {
  std::vector<Node> nodes;
  int root = -1;
};

// The tree of `text`; the first fault in `*fault` and false where it has none.
bool Parse(std::string_view text, Tree* tree, Fault* fault);

}  // namespace colocation::cel

#endif  // COLOCATION_CEL_PARSER_H_
