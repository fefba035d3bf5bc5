"""A fuzz target: a library, a test, and a program for libFuzzer."""

def fuzz_target(name, mutants, deps, data = [], size = "small", tags = []):
    """Declares NAME (library), NAME_test and NAME_libfuzzer of NAME_fuzzer.cc.

    Args:
      name: of the target; NAME_fuzzer.cc is its source.
      mutants: how many the test makes.
      deps: of the source.
      data: files that its seeds are read from.
      size: of the test.
      tags: of the test.
    """
    native.cc_library(
        name = name,
        testonly = True,
        srcs = [name + "_fuzzer.cc"],
        deps = deps + [":fuzz_target"],
        # Found by name, by whoever has the main function.
        alwayslink = True,
    )
    native.cc_test(
        name = name + "_test",
        size = size,
        args = [
            "--found=tests/fuzz/found/" + name,
            "--mutants=%d" % mutants,
        ],
        data = data + native.glob(["found/%s/*" % name]),
        tags = tags,
        deps = [
            name,
            ":driver",
        ],
    )

    # fuzz.sh builds it, with --config=fuzz.
    native.cc_binary(
        name = name + "_libfuzzer",
        testonly = True,
        linkopts = ["-fsanitize=fuzzer"],
        tags = ["manual"],
        deps = [name],
    )
