"""libcolocation, called with ctypes.

ctypes needs no compiler and gives up the interpreter's lock during a call, so
that other threads run on. The library is looked for

1. where the environment variable COLOCATION_LIBRARY says,
2. beside this file, where a wheel has it,
3. where the dynamic linker looks.
"""

from __future__ import annotations

import ctypes
import functools
import os
import pathlib

# The libcolocation.so.N that this package is for, and the least
# COLO_ABI_VERSION of it.
SONAME = "libcolocation.so.1"
LEAST_VERSION = 1

FORMAT_PROTOBUF, FORMAT_JSON, FORMAT_YAML = range(3)
DRAWING_DOT, DRAWING_SVG, DRAWING_HTML = range(3)

OK = 0


class View(ctypes.Structure):
    _fields_ = [("data", ctypes.c_char_p), ("size", ctypes.c_size_t)]


class Bytes(ctypes.Structure):
    # A c_char_p would end at the first zero.
    _fields_ = [("data", ctypes.c_void_p), ("size", ctypes.c_size_t)]


class PlannerOptions(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_size_t), ("format", ctypes.c_int)]


_P = ctypes.c_void_p
_SIGNATURES = {
    "colo_planner_new": [ctypes.POINTER(PlannerOptions), ctypes.POINTER(_P)],
    "colo_request_new": [ctypes.POINTER(_P)],
    "colo_request_add_document": [_P, View, View],
    "colo_request_merge": [_P, ctypes.c_int, View, ctypes.POINTER(Bytes)],
    "colo_request_plan": [_P, _P, ctypes.POINTER(Bytes)],
    "colo_request_validate": [_P, _P, ctypes.POINTER(Bytes)],
    "colo_render": [_P, View, View, ctypes.POINTER(Bytes)],
    "colo_describe": [_P, View, ctypes.POINTER(Bytes)],
    "colo_explain": [_P, View, View, ctypes.POINTER(Bytes)],
    "colo_graph": [_P, View, ctypes.c_int, ctypes.POINTER(Bytes)],
    "colo_advance": [_P, View, View, ctypes.POINTER(Bytes)],
    "colo_simulate": [_P, View, ctypes.POINTER(Bytes)],
    "colo_check": [_P, View, ctypes.POINTER(Bytes)],
}


def _path() -> str:
    given = os.environ.get("COLOCATION_LIBRARY")
    if given:
        return given
    bundled = pathlib.Path(__file__).with_name("lib") / SONAME
    return str(bundled) if bundled.exists() else SONAME


@functools.lru_cache(maxsize=None)
def load() -> ctypes.CDLL:
    """The library; ImportError where there is none that will do."""
    path = _path()
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise ImportError(
            f"{path} can't be loaded: {error}. Install colocation's C library, or say where it is in COLOCATION_LIBRARY."
        ) from error
    found = library.colo_abi_version()
    if found < LEAST_VERSION:
        raise ImportError(f"{path} has version {found} of the C interface; this package needs {LEAST_VERSION} or later")
    for name, arguments in _SIGNATURES.items():
        function = getattr(library, name)
        function.argtypes = arguments
        function.restype = ctypes.c_int
    library.colo_version.restype = ctypes.c_char_p
    library.colo_request_free.argtypes = [_P]
    library.colo_request_free.restype = None
    library.colo_bytes_free.argtypes = [ctypes.POINTER(Bytes)]
    library.colo_bytes_free.restype = None
    return library


@functools.lru_cache(maxsize=None)
def planner(message_format: int) -> ctypes.c_void_p:
    """A planner for the life of the process; all threads may use it."""
    options = PlannerOptions(ctypes.sizeof(PlannerOptions), message_format)
    handle = ctypes.c_void_p()
    if load().colo_planner_new(ctypes.byref(options), ctypes.byref(handle)) != OK:
        raise MemoryError("no memory for a planner")
    return handle


def view(data: bytes) -> View:
    return View(data, len(data))


def take(answer: Bytes) -> bytes:
    """A copy of the bytes, which are released."""
    try:
        return ctypes.string_at(answer.data, answer.size) if answer.data else b""
    finally:
        load().colo_bytes_free(ctypes.byref(answer))


def call(name: str, *arguments: object) -> tuple[int, bytes]:
    """The status and the bytes that a function gives."""
    answer = Bytes()
    status = getattr(load(), name)(*arguments, ctypes.byref(answer))
    return status, take(answer)


class Request:
    """A colo_request, released at the end of a `with`."""

    def __enter__(self) -> Request:
        self.handle = ctypes.c_void_p()
        if load().colo_request_new(ctypes.byref(self.handle)) != OK:
            raise MemoryError("no memory for a request")
        return self

    def __exit__(self, *_: object) -> None:
        load().colo_request_free(self.handle)

    def add_document(self, name: bytes, content: bytes) -> None:
        if load().colo_request_add_document(self.handle, view(name), view(content)) != OK:
            raise MemoryError("no memory for a document")
