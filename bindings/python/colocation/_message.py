"""What the generated messages are made of.

A message is a dataclass whose fields know their JSON form. Reading skips fields
that aren't known here and keeps values of enumerations that aren't, so that an
older package reads what a newer library writes.
"""

from __future__ import annotations

import base64
import dataclasses
import enum
from typing import Any, Callable, Mapping, TypeVar

_M = TypeVar("_M", bound="Message")


class Enum(str, enum.Enum):
    """An enumeration; its values are their names in JSON."""

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def _missing_(cls, value: object) -> Enum | None:
        """A value of a newer library."""
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = value
        member._value_ = value
        return member


class Message:
    """The base of all messages."""

    @classmethod
    def from_json(cls: type[_M], value: Mapping[str, Any]) -> _M:
        """The message that `value`, as of json.loads, is."""
        message = cls()
        for field in _fields(cls):
            form = field.metadata["form"]
            if form.name in value:
                setattr(message, field.name, form.read(value[form.name]))
        return message

    def to_json(self) -> dict[str, Any]:
        """What json.dumps takes; without fields that are not set."""
        written: dict[str, Any] = {}
        for field in _fields(type(self)):
            value = getattr(self, field.name)
            if value is None or (field.default is not None and value == _default(field)):
                continue
            form = field.metadata["form"]
            written[form.name] = form.write(value)
        return written


def _fields(cls: type[Message]) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(cls)


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


@dataclasses.dataclass(frozen=True)
class _Form:
    """How a field is written: its name, and from and to a JSON value."""

    name: str
    read: Callable[[Any], Any]
    write: Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


def _field(form: _Form, default: Any = None, factory: Any = None) -> Any:
    metadata = {"form": form}
    if factory is not None:
        return dataclasses.field(default_factory=factory, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def _list(name: str, read: Callable[[Any], Any], write: Callable[[Any], Any]) -> Any:
    form = _Form(
        name,
        lambda values: [read(value) for value in values],
        lambda values: [write(value) for value in values],
    )
    return _field(form, factory=list)


def text(name: str, default: str | None = "") -> Any:
    return _field(_Form(name, str, str), default)


def texts(name: str) -> Any:
    return _list(name, str, str)


def number(name: str, default: int | None = 0) -> Any:
    # protobuf's JSON has 64-bit numbers as strings.
    return _field(_Form(name, int, _same), default)


def numbers(name: str) -> Any:
    return _list(name, int, _same)


def boolean(name: str, default: bool | None = False) -> Any:
    return _field(_Form(name, bool, _same), default)


def data(name: str) -> Any:
    return _field(_Form(name, base64.b64decode, lambda value: base64.b64encode(value).decode()), b"")


def mapping(name: str) -> Any:
    return _field(_Form(name, dict, dict), factory=dict)


def objects(name: str, repeated: bool) -> Any:
    """Objects of Kubernetes or Tekton, as they are."""
    return _list(name, _same, _same) if repeated else _field(_Form(name, _same, _same))


def _first(kind: Callable[[], type[Enum]]) -> Enum:
    return next(iter(kind().__members__.values()))


def enumeration(name: str, kind: Callable[[], type[Enum]]) -> Any:
    form = _Form(name, lambda value: kind()(value), lambda value: str(value.value))
    return _field(form, factory=lambda: _first(kind))


def enumerations(name: str, kind: Callable[[], type[Enum]]) -> Any:
    return _list(name, lambda value: kind()(value), lambda value: str(value.value))


def message(name: str, kind: Callable[[], type[Message]]) -> Any:
    return _field(_Form(name, lambda value: kind().from_json(value), lambda value: value.to_json()))


def messages(name: str, kind: Callable[[], type[Message]]) -> Any:
    return _list(name, lambda value: kind().from_json(value), lambda value: value.to_json())
