/* The header is plain C89, may be included twice, and its structs can be
 * initialised. */
#include "capi/colocation.h"

int header_c89(void);

int header_c89(void) {
  colo_planner_options options = COLO_PLANNER_OPTIONS_INIT;
  colo_bytes bytes = {NULL, 0};
  colo_bytes_free(&bytes);
  return options.struct_size == sizeof options &&
                 options.format == COLO_FORMAT_PROTOBUF
             ? colo_abi_version()
             : -1;
}
