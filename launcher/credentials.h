// Credentials of the Pod's ServiceAccount, as Tekton's entrypoint leaves them
// for the program that it runs: files for git, ssh and docker, made of Secrets
// that are mounted, in /tekton/creds and from there in the home directory.
//
// Tekton: cmd/entrypoint/main.go and pkg/credentials (gitcreds, dockercreds,
// writer.CopyCredsToHome).
#ifndef COLOCATION_LAUNCHER_CREDENTIALS_H_
#define COLOCATION_LAUNCHER_CREDENTIALS_H_

#include <string>
#include <vector>

#include "launcher/spec.h"

namespace colocation::launcher {

struct CredentialPaths {
  // Has a directory for each Secret, and in it a file for each of its keys.
  std::string secrets;
  // Where the files are made. What is in there goes.
  std::string directory;
  // What HOME says; empty where it is not set.
  std::string home;
  // Where no copy goes by way of links, which another task may have left in a
  // home directory that is in a workspace: the launchers' own directories.
  std::vector<std::string> reserved;
};

// Makes the files. False, with a message, where Tekton's entrypoint ends before
// it runs the step: a key that a Secret has to have isn't there, or a URL can't
// be used. Everything else that goes wrong is a warning on standard error, as
// in Tekton: a home directory that can't be written, a file that is no JSON.
// No message has a part of a Secret's content in it.
bool WriteCredentials(const LaunchSpec& spec, const CredentialPaths& paths,
                      std::string* error);

}  // namespace colocation::launcher

#endif  // COLOCATION_LAUNCHER_CREDENTIALS_H_
