// The header in C++, linked with a file in C89 that includes it too.
#include "capi/colocation.h"

extern "C" int header_c89(void);

int main() {
  return header_c89() == COLO_ABI_VERSION &&
                 colo_abi_version() == COLO_ABI_VERSION
             ? 0
             : 1;
}
