// What the text of an event means: scalar.h for a plain one, else a string.
#ifndef COLOCATION_DECODE_EVENT_SCALAR_H_
#define COLOCATION_DECODE_EVENT_SCALAR_H_

#include "colocation/decode/event_reader.h"
#include "colocation/decode/scalar.h"

namespace colocation {

inline Scalar ResolveScalar(const Event& event) {
  return event.plain ? ResolvePlainScalar(event.value) : Scalar();
}

inline bool IsNull(const Event& event) {
  return event.type == Event::Type::kScalar && event.plain &&
         ResolvePlainScalar(event.value).type == Scalar::Type::kNull;
}

}  // namespace colocation

#endif  // COLOCATION_DECODE_EVENT_SCALAR_H_
