"""C++ rules whose sources are compiled with a precompiled header of the messages.

The headers that protoc generates have 130,000 lines, and nearly every source
includes them. Read once for all instead of once for each, they leave half of
the time that compiling takes.

The header is precompiled only with --define=precompiled=gcc (.bazelrc). Without
it, with another compiler or with flags for which it was not made, sources read
the headers that they include, as if this file were not there: a source has to
include what it uses, and tests/embed builds the library so.
"""

_HEADER = "//tools/precompiled:messages"
_COPTS = select({
    "//tools/precompiled:wanted": [
        "-include",
        "tools/precompiled/precompiled.h",
        # gcc forgets that what it warns of stands in a header of the system
        # (gcc 12: false alarms for std::string in google/protobuf/map.h).
        "-Wno-array-bounds",
        "-Wno-stringop-overflow",
        "-Wno-stringop-overread",
        "-Wno-restrict",
    ],
    "//conditions:default": [],
})
_DEPS = select({
    "//tools/precompiled:wanted": [_HEADER],
    "//conditions:default": [],
})

# Sources in C can't read a header of C++.
def _is_c(attributes):
    sources = attributes.get("srcs", [])
    return type(sources) == "list" and any([s.endswith(".c") for s in sources])

def _call(rule, deps, copts, attributes):
    if _is_c(attributes):
        rule(deps = deps, copts = copts, **attributes)
    else:
        rule(deps = deps + _DEPS, copts = copts + _COPTS, **attributes)

def cc_library(deps = [], copts = [], **attributes):
    _call(native.cc_library, deps, copts, attributes)

def cc_binary(deps = [], copts = [], **attributes):
    _call(native.cc_binary, deps, copts, attributes)

def cc_test(deps = [], copts = [], **attributes):
    _call(native.cc_test, deps, copts, attributes)

def _precompiled_header_impl(ctx):
    toolchain = ctx.attr._cc_toolchain[cc_common.CcToolchainInfo]
    features = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = toolchain,
        requested_features = ctx.features,
        unsupported_features = ctx.disabled_features,
    )
    included = cc_common.merge_cc_infos(
        cc_infos = [dep[CcInfo] for dep in ctx.attr.deps],
    ).compilation_context

    # gcc looks for HEADER.gch where it finds HEADER. So that it doesn't find the
    # source first, both get a name of their own among the outputs.
    header = ctx.actions.declare_file("precompiled.h")
    ctx.actions.symlink(output = header, target_file = ctx.file.header)
    output = ctx.actions.declare_file("precompiled.h.gch")
    variables = cc_common.create_compile_variables(
        feature_configuration = features,
        cc_toolchain = toolchain,
        source_file = header.path,
        output_file = output.path,
        user_compile_flags = ctx.fragments.cpp.copts + ctx.fragments.cpp.cxxopts + ["-xc++-header"],
        include_directories = included.includes,
        quote_include_directories = included.quote_includes,
        system_include_directories = included.system_includes,
        preprocessor_defines = included.defines,
        # As for nearly all objects: those of shared libraries and of tests.
        use_pic = True,
    )
    ctx.actions.run(
        executable = cc_common.get_tool_for_action(
            feature_configuration = features,
            action_name = "c++-compile",
        ),
        arguments = cc_common.get_memory_inefficient_command_line(
            feature_configuration = features,
            action_name = "c++-compile",
            variables = variables,
        ),
        env = cc_common.get_environment_variables(
            feature_configuration = features,
            action_name = "c++-compile",
            variables = variables,
        ),
        inputs = depset([header], transitive = [included.headers, toolchain.all_files]),
        outputs = [output],
        mnemonic = "PrecompileHeader",
    )

    return [DefaultInfo(files = depset([output])), CcInfo(compilation_context = cc_common.create_compilation_context(
        headers = depset([header, output], transitive = [included.headers]),
        includes = included.includes,
        quote_includes = depset([output.root.path], transitive = [included.quote_includes]),
        system_includes = included.system_includes,
        defines = included.defines,
    ))]

precompiled_header = rule(
    implementation = _precompiled_header_impl,
    attrs = {
        "header": attr.label(allow_single_file = [".h"], mandatory = True),
        "deps": attr.label_list(providers = [CcInfo]),
        "_cc_toolchain": attr.label(default = "@bazel_tools//tools/cpp:current_cc_toolchain"),
    },
    doc = "A header that gcc has compiled, with all that its libraries say about how to include them.",
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)
