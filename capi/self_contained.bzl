"""libcolocation with everything inside that isn't the C library's."""

def _archives(dep):
    """The archives and objects that make up a cc_library and its dependencies.

    Flags such as -lprotobuf, of the distribution's libraries, are left out.
    """
    archives = []
    for linker_input in dep[CcInfo].linking_context.linker_inputs.to_list():
        for library in linker_input.libraries:
            archive = library.pic_static_library or library.static_library
            if archive:
                archives.append(archive)
    return archives

def _self_contained_library_impl(ctx):
    toolchain = ctx.attr._cc_toolchain[cc_common.CcToolchainInfo]
    features = cc_common.configure_features(ctx = ctx, cc_toolchain = toolchain)
    archives = []
    for dep in [ctx.attr.library] + ctx.attr.dependencies:
        archives += [archive for archive in _archives(dep) if archive not in archives]
    arguments = ctx.actions.args()
    arguments.add(cc_common.get_tool_for_action(
        feature_configuration = features,
        action_name = "c++-link-dynamic-library",
    ))
    arguments.add(toolchain.objcopy_executable)
    arguments.add(toolchain.ar_executable)
    arguments.add(ctx.file.version_script)
    arguments.add(ctx.outputs.shared)
    arguments.add(ctx.outputs.static)
    arguments.add_all(archives)
    ctx.actions.run(
        executable = ctx.executable._link,
        arguments = [arguments],
        inputs = depset([ctx.file.version_script] + archives, transitive = [toolchain.all_files]),
        outputs = [ctx.outputs.shared, ctx.outputs.static],
        mnemonic = "LinkSelfContained",
        # The compiler finds the linker there.
        use_default_shell_env = True,
    )
    return [DefaultInfo(files = depset([ctx.outputs.shared, ctx.outputs.static]))]

self_contained_library = rule(
    implementation = _self_contained_library_impl,
    attrs = {
        "library": attr.label(
            doc = "The cc_library that has the exported functions.",
            mandatory = True,
            providers = [CcInfo],
        ),
        "dependencies": attr.label_list(
            doc = "What takes the place of the distribution's libraries.",
            providers = [CcInfo],
        ),
        "version_script": attr.label(
            doc = "Says what is exported; one symbol a line.",
            allow_single_file = True,
            mandatory = True,
        ),
        "shared": attr.output(mandatory = True),
        "static": attr.output(mandatory = True),
        "_cc_toolchain": attr.label(default = "@bazel_tools//tools/cpp:current_cc_toolchain"),
        "_link": attr.label(
            default = "//capi:link_self_contained",
            executable = True,
            cfg = "exec",
        ),
    },
    doc = "A shared library and an archive of one object, both without needs but for the C library's.",
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)
