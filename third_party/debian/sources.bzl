"""The libraries we stand on as source code, from the distribution's source packages."""

def _debian_sources_impl(repository_ctx):
    result = repository_ctx.execute(
        [repository_ctx.path(repository_ctx.attr._fetch)] +
        ["%s=%s" % (source, binary) for source, binary in repository_ctx.attr.packages.items()],
        timeout = 1200,
    )
    if result.return_code != 0:
        fail(result.stderr)

    # What the distribution settled when it built Abseil (which types are the
    # standard's) holds here too: our code is compiled against its headers.
    repository_ctx.delete("abseil/absl/base/options.h")
    repository_ctx.symlink("/usr/include/absl/base/options.h", "abseil/absl/base/options.h")

    # The packages have BUILD files of their own.
    result = repository_ctx.execute(["find", ".", "(", "-name", "BUILD*", "-o", "-name", "WORKSPACE*", ")", "-delete"])
    if result.return_code != 0:
        fail(result.stderr)
    repository_ctx.symlink(repository_ctx.attr.build_file, "BUILD.bazel")

debian_sources_repository = repository_rule(
    implementation = _debian_sources_impl,
    attrs = {
        "build_file": attr.label(mandatory = True),
        "packages": attr.string_dict(
            doc = "Names of source packages, each to a binary package of it that is installed here.",
        ),
        "_fetch": attr.label(default = "//third_party/debian:fetch_sources.sh"),
    },
    doc = "Source packages of Debian, of the versions that are installed, and targets of what is needed of them.",
)
