// A limit on something that grows: bytes are taken from it before they are made.
#ifndef COLOCATION_SYNTAX_BYTE_BUDGET_H_
#define COLOCATION_SYNTAX_BYTE_BUDGET_H_

#include <google/protobuf/message_lite.h>

#include <algorithm>
#include <cstdint>

namespace colocation {

class ByteBudget {
 public:
  explicit ByteBudget(int64_t limit) : limit_(limit), left_(limit) {}

  // Whether there is room for `count` things of `bytes` each, and for all that
  // has been taken before. From the first time that there isn't, there never
  // is.
  bool Take(int64_t bytes, int64_t count = 1) {
    if (left_ < 0) return false;
    const bool fits = bytes <= 0 || count <= left_ / bytes;
    left_ = fits ? left_ - std::max<int64_t>(bytes, 0) * count : -1;
    return fits;
  }

  // The same for copies of `message`, each of which takes some eight times its
  // serialized bytes in memory.
  bool TakeCopies(const google::protobuf::MessageLite& message,
                  int64_t count = 1) {
    return Take(static_cast<int64_t>(8 * message.ByteSizeLong()), count);
  }

  bool exceeded() const { return left_ < 0; }
  int64_t limit() const { return limit_; }

 private:
  int64_t limit_;
  int64_t left_;
};

}  // namespace colocation

#endif  // COLOCATION_SYNTAX_BYTE_BUDGET_H_
