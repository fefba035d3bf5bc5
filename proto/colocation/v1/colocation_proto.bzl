"""One file of the models, as a proto_library and a cc_proto_library."""

def colocation_proto(name, deps = []):
    """Declares NAME_proto and NAME_cc_proto for NAME.proto.

    Args:
      name: the file's name without its ending.
      deps: the proto_library targets of the files it imports.
    """
    native.proto_library(
        name = name + "_proto",
        srcs = [name + ".proto"],
        strip_import_prefix = "/proto",
        deps = deps,
    )
    native.cc_proto_library(
        name = name + "_cc_proto",
        deps = [":" + name + "_proto"],
    )
