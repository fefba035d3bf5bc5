"""What colocation is built with: for its own WORKSPACE and for those of others."""

load("//third_party/debian:sources.bzl", "debian_sources_repository")
load(":pkg_config.bzl", "pkg_config_repository")

def colocation_repositories(path):
    """Declares the external repositories that colocation needs.

    Args:
      path: the folder that the source of colocation is in.
    """

    # Every C++ dependency is the distribution's own package, found by pkg-config:
    # no download, no second copy of Abseil or protobuf in a program that embeds us.
    # The label of each library is the one upstream's Bazel build gives it.

    pkg_config_repository(
        name = "com_google_absl",
        libraries = {
            "absl/algorithm:container": "absl_algorithm_container",
            "absl/base:core_headers": "absl_core_headers",
            "absl/cleanup:cleanup": "absl_cleanup",
            "absl/container:btree": "absl_btree",
            "absl/container:flat_hash_map": "absl_flat_hash_map",
            "absl/container:flat_hash_set": "absl_flat_hash_set",
            "absl/container:inlined_vector": "absl_inlined_vector",
            "absl/flags:flag": "absl_flags",
            "absl/functional:function_ref": "absl_function_ref",
            "absl/hash:hash": "absl_hash",
            "absl/numeric:int128": "absl_int128",
            "absl/random:random": "absl_random_random",
            "absl/status:status": "absl_status",
            "absl/status:statusor": "absl_statusor",
            "absl/strings:cord": "absl_cord",
            "absl/strings:str_format": "absl_str_format",
            "absl/strings:strings": "absl_strings",
            "absl/synchronization:synchronization": "absl_synchronization",
            "absl/time:time": "absl_time",
            "absl/types:span": "absl_span",
        },
    )

    pkg_config_repository(
        name = "com_google_googletest",
        libraries = {
            ":gtest": "gmock",
            ":gtest_main": "gmock_main",
        },
    )

    pkg_config_repository(
        name = "com_github_google_benchmark",
        libraries = {
            ":benchmark": "benchmark",
        },
    )

    pkg_config_repository(
        name = "libyaml",
        libraries = {":yaml": "yaml-0.1"},
    )

    pkg_config_repository(
        name = "openssl",
        libraries = {":crypto": "libcrypto"},
    )

    native.new_local_repository(
        name = "com_google_protobuf",
        build_file = "@colocation//third_party:protobuf.BUILD",
        path = "/usr",
    )

    # Fetched only where a self-contained library is built: Debian's archives of
    # Abseil and protobuf can't be put into a shared library.
    debian_sources_repository(
        name = "debian_sources",
        build_file = "@colocation//third_party/debian:sources.BUILD",
        packages = {
            "abseil": "libabsl-dev",
            "libyaml": "libyaml-dev",
            "protobuf": "libprotobuf-dev",
        },
    )

    # Stand-ins for repositories that Bazel would otherwise download.

    native.local_repository(
        name = "rules_cc",
        path = path + "/third_party/rules_cc",
    )

    native.local_repository(
        name = "remote_coverage_tools",
        path = path + "/third_party/remote_coverage_tools",
    )

    native.local_repository(
        name = "rules_java",
        path = "/usr/share/bazel/rules/java",
    )

    native.local_repository(
        name = "rules_proto",
        path = "/usr/share/bazel/rules/proto",
    )
