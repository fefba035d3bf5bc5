"""Python's protobuf in C++, as Debian has it, in one process with the library.

What protoc makes of the installed messages is beside the package, as
colocation.v1: libprotobuf.so has a description of each, and so has the library.
"""

import ctypes

import colocation
from colocation import _library
from colocation.v1 import kubernetes_pb2, request_pb2
from google.protobuf.internal import api_implementation

PIPELINE = """
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec: {tasks: [{name: a, taskSpec: {steps: [{image: busybox, script: echo}]}}]}
"""

assert api_implementation.Type() == "cpp", api_implementation.Type()
assert len(colocation.plan(PIPELINE).pods) == 1

report = request_pb2.Report()
report.diagnostics.add(code="some-code", message="a message")
sent = report.SerializeToString()
status, answer = _library.call(
    "colo_convert",
    _library.view(b"Report"),
    ctypes.c_int(_library.FORMAT_PROTOBUF),
    _library.view(sent),
    ctypes.c_int(_library.FORMAT_PROTOBUF),
)
assert status == _library.OK, status
assert request_pb2.Report.FromString(answer) == report
assert kubernetes_pb2.DESCRIPTOR.GetOptions() is not None
assert len(colocation.plan(PIPELINE).pods) == 1

maps = open("/proc/self/maps", encoding="utf-8").read()
assert "/libprotobuf.so" in maps and "/libcolocation.so" in maps
print("no clash")
