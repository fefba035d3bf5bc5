// The manual page, from the table that the help is made from.
#ifndef COLOCATION_CLI_MAN_PAGE_H_
#define COLOCATION_CLI_MAN_PAGE_H_

#include <string>

namespace colocation::cli {

// colocate(1), for man: troff with the macros of man(7).
std::string ManPage();

}  // namespace colocation::cli

#endif  // COLOCATION_CLI_MAN_PAGE_H_
