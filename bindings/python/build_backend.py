"""Builds the wheel (PEP 517): the Python files and the C library, so that a machine
with nothing but Python can use it.

The library is

- the file that COLOCATION_LIBRARY names, if set;
- none, if that is set and empty: then the machine has to have it;
- else built with Bazel from the tree that this folder is in.

It needs nothing but glibc. The wheel's tag is linux_MACHINE: for machines with a
glibc at least as new as this one's. What goes to a package index wants `auditwheel
repair` for a manylinux tag.
"""

import base64
import hashlib
import os
import pathlib
import re
import subprocess
import sysconfig
import tomllib
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SONAME = "libcolocation.so.1"


def version():
    header = os.environ.get("COLOCATION_VERSION_H", ROOT / "colocation" / "version.h")
    return re.search(r'kVersion\[\] = "(.*)";', pathlib.Path(header).read_text())[1]


def built_library():
    target = f"//capi:{SONAME}"
    subprocess.run(["bazel", "build", "--config=opt", target], cwd=ROOT, check=True)
    found = subprocess.run(
        ["bazel", "info", "--config=opt", "bazel-bin"], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    return pathlib.Path(found.stdout.strip()) / "capi" / SONAME


def library():
    """Where the C library is, if it goes into the wheel."""
    given = os.environ.get("COLOCATION_LIBRARY")
    if given == "":
        return None
    return pathlib.Path(given) if given else built_library()


def metadata():
    project = tomllib.loads((HERE / "pyproject.toml").read_text())["project"]
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {project['name']}",
        f"Version: {version()}",
        f"Summary: {project['description']}",
        f"License: {project['license']['text']}",
        f"Requires-Python: {project['requires-python']}",
        *(f"Classifier: {classifier}" for classifier in project["classifiers"]),
        "Description-Content-Type: text/markdown",
        "",
    ]
    return "\n".join(lines) + "\n" + (HERE / project["readme"]).read_text()


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    files = {}
    for path in sorted((HERE / "colocation").iterdir()):
        if path.suffix == ".py" or path.name == "py.typed":
            files[f"colocation/{path.name}"] = path.read_bytes()
    tag = "py3-none-any"
    if path := library():
        files[f"colocation/lib/{SONAME}"] = path.read_bytes()
        tag = "py3-none-" + sysconfig.get_platform().replace("-", "_").replace(".", "_")

    info = f"colocation-{version()}.dist-info"
    files[f"{info}/METADATA"] = metadata().encode()
    files[f"{info}/WHEEL"] = (
        "Wheel-Version: 1.0\nGenerator: colocation\n"
        f"Root-Is-Purelib: {'true' if tag.endswith('any') else 'false'}\nTag: {tag}\n"
    ).encode()
    record = [f"{name},sha256={digest(content)},{len(content)}\n" for name, content in files.items()]
    files[f"{info}/RECORD"] = "".join([*record, f"{info}/RECORD,,\n"]).encode()

    wheel = f"colocation-{version()}-{tag}.whl"
    with zipfile.ZipFile(pathlib.Path(wheel_directory) / wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            # The same files give the same wheel.
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return wheel


def digest(content):
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def build_sdist(sdist_directory, config_settings=None):
    raise NotImplementedError("the source is the whole tree: install from a clone of it, or from a wheel")
