// Plans the Tekton objects in a file, and prints which tasks share a Pod.
//
//   plan FILE
#include <fstream>
#include <iostream>
#include <sstream>

#include "examples/cpp/shared_pods.h"

int main(int argc, char** argv) {
  std::ifstream file(argc == 2 ? argv[1] : "");
  if (!file) {
    std::cerr << "usage: " << argv[0] << " FILE\n";
    return 2;
  }
  std::ostringstream text;
  text << file.rdbuf();
  const auto plan = PlanText(argv[1], text.str());
  if (!plan.ok()) {
    // The first error in one line; DiagnosticsOf has all of them.
    std::cerr << plan.status().message() << "\n";
    return 1;
  }
  std::cout << SharedPods(*plan);
}
