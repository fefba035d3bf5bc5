"""Libraries that the machine's own packages provide, found by pkg-config."""

def _flags(repository_ctx, kind, module):
    result = repository_ctx.execute(["pkg-config", kind, module])
    if result.return_code != 0:
        fail("pkg-config does not know %s; tools/install-dependencies.sh installs it.\n%s" %
             (module, result.stderr))
    return [flag for flag in result.stdout.strip().split(" ") if flag]

def _pkg_config_repository_impl(repository_ctx):
    packages = {}
    for label, module in repository_ctx.attr.libraries.items():
        package, name = label.split(":")
        packages.setdefault(package, []).append(
            "cc_library(name = %r, linkopts = %r, visibility = [\"//visibility:public\"])" %
            (name, _flags(repository_ctx, "--libs", module)),
        )
    for package, rules in packages.items():
        repository_ctx.file(
            (package + "/" if package else "") + "BUILD.bazel",
            "\n".join(rules) + "\n",
        )

pkg_config_repository = repository_rule(
    implementation = _pkg_config_repository_impl,
    attrs = {
        "libraries": attr.string_dict(
            doc = "\"package:target\" to the pkg-config module that provides it.",
        ),
    },
    doc = "A repository of cc_library targets, each the link flags of a pkg-config module.",
    environ = ["PKG_CONFIG_PATH"],
    local = True,
)
