// The version of this library, of the programs built with it and of the
// launcher image that goes with them: one number for all.
#ifndef COLOCATION_VERSION_H_
#define COLOCATION_VERSION_H_

namespace colocation {

// Semantic versioning, https://semver.org.
inline constexpr char kVersion[] = "0.1.0";

}  // namespace colocation

#endif  // COLOCATION_VERSION_H_
