"""A newer protobuf in C++, the one in grpcio-tools, in one process with the library.

  newer_protobuf.py FOLDER_OF_PROTOS

Its protoc runs inside of this process: it reads the same messages into descriptors
of its own while the library has its own of another version.
"""

import concurrent.futures
import pathlib
import re
import sys
import tempfile

import colocation
from grpc_tools import protoc

PIPELINE = """
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec: {tasks: [{name: a, taskSpec: {steps: [{image: busybox, script: echo}]}}]}
"""


def compile_messages() -> None:
    wellknown = pathlib.Path(protoc.__file__).with_name("_proto")
    with tempfile.TemporaryDirectory() as out:
        code = protoc.main(["protoc", f"-I{sys.argv[1]}", f"-I{wellknown}", f"--python_out={out}", "colocation/v1/plan.proto"])
        assert code == 0, code
        made = (pathlib.Path(out) / "colocation" / "v1" / "plan_pb2.py").read_text(encoding="utf-8")
    # The one that made it is not the library's, 3.21.12.
    version = re.search(r"Protobuf Python Version: ([0-9.]+)", made)
    assert version and int(version[1].split(".")[0]) > 4, made[:400]


before = colocation.plan(PIPELINE)
with concurrent.futures.ThreadPoolExecutor() as pool:
    compiled = pool.submit(compile_messages)
    while not compiled.done():
        assert colocation.plan(PIPELINE).to_json() == before.to_json()
    compiled.result()
assert colocation.plan(PIPELINE).to_json() == before.to_json()
assert any("_protoc_compiler" in line for line in open("/proc/self/maps", encoding="utf-8"))
print("no clash")
