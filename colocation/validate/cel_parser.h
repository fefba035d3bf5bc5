// The syntax of the Common Expression Language: a text to a tree.
#ifndef COLOCATION_VALIDATE_CEL_PARSER_H_
#define COLOCATION_VALIDATE_CEL_PARSER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "colocation/validate/cel.h"

namespace colocation {

// A node of the tree. Operators are calls of functions that are named as in
// cel-go: "_+_", "!_", "_?_:_", "_[_]".
struct CelNode {
  enum class Kind {
    kInt,
    kUint,
    kDouble,
    kString,
    kBytes,
    kBool,
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
  std::vector<int> children;
};

struct CelTree {
  std::vector<CelNode> nodes;
  int root = -1;
};

// The tree of `text`; the first fault in `*fault` and false where it has none.
bool ParseCel(absl::string_view text, CelTree* tree, CelFault* fault);

}  // namespace colocation

#endif  // COLOCATION_VALIDATE_CEL_PARSER_H_
