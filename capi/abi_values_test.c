/* The binary interface that abidiff doesn't see: the values of constants and
 * where the members of structs are. Compiling this is the test. Lines are
 * added, never changed: a program that was compiled with an older header has
 * these numbers in it. */
#include <colocation.h>
#include <stddef.h>

#define IS(what, value) _Static_assert((what) == (value), #what " has changed")

IS(COLO_SOVERSION, 1);

IS(COLO_OK, 0);
IS(COLO_REFUSED, 1);
IS(COLO_NEEDS, 2);
IS(COLO_CANNOT_SHARE, 3);
IS(COLO_LIMIT, 4);
IS(COLO_BAD_ARGUMENT, 5);
IS(COLO_NO_MEMORY, 6);
IS(COLO_INTERNAL, 7);

IS(COLO_FORMAT_PROTOBUF, 0);
IS(COLO_FORMAT_JSON, 1);
IS(COLO_FORMAT_YAML, 2);

IS(COLO_DRAWING_DOT, 0);
IS(COLO_DRAWING_SVG, 1);
IS(COLO_DRAWING_HTML, 2);

IS(sizeof(colo_status), sizeof(int));
IS(sizeof(colo_format), sizeof(int));
IS(sizeof(colo_drawing), sizeof(int));

/* Passed by value: these two can't grow. */
IS(sizeof(colo_view), sizeof(void*) + sizeof(size_t));
IS(offsetof(colo_view, data), 0);
IS(offsetof(colo_view, size), sizeof(void*));
IS(sizeof(colo_bytes), sizeof(void*) + sizeof(size_t));
IS(offsetof(colo_bytes, data), 0);
IS(offsetof(colo_bytes, size), sizeof(void*));

/* Options grow at their end. */
IS(offsetof(colo_planner_options, struct_size), 0);
IS(offsetof(colo_planner_options, format), sizeof(size_t));
