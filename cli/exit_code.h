// What colocate ends with.
#ifndef COLOCATION_CLI_EXIT_CODE_H_
#define COLOCATION_CLI_EXIT_CODE_H_

namespace colocation::cli {

enum class ExitCode {
  kDone = 0,
  // The input was refused; standard error says why, standard output is empty.
  kRefused = 1,
  kWrongUsage = 2,
  // A Pod ran, and failed.
  kFailed = 3,
  // This machine can't do it.
  kCannot = 4,
  // The two plans differ.
  kDiffers = 5,
};

}  // namespace colocation::cli

#endif  // COLOCATION_CLI_EXIT_CODE_H_
