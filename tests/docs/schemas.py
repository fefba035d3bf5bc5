#!/usr/bin/env python3
"""docs/schemas: a JSON Schema for each document that is read or written.

  schemas.py write            writes the schemas
  schemas.py check COLOCATE   fails where they are not what it would write, and
                              where a document that COLOCATE prints or takes
                              doesn't fit its schema

They are made of the .proto files, comments included. What a field is called,
and what its text may look like, is said by options there (options.proto).
"""

import glob
import json
import os
import subprocess
import sys
import tempfile

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
_PROTO = os.path.join(_ROOT, "proto")
_FOLDER = os.path.join(_ROOT, "docs", "schemas")
_PACKAGE = ".colocation.v1."

# File: message, and what the document is.
_DOCUMENTS = {
    "plan": ("ColocationPlan", "What `colocate plan -o json` prints, and colo_request_plan answers."),
    "report": ("Report", "Why there is no plan: `--report`, `colocate validate --format=json`, and the C interface's answer."),
    "request": ("PlanRequest", "What `colo_plan` takes as JSON."),
    "observation": ("Observation", "What a controller tells `advance`."),
    "advance": ("Advance", "What `advance` answers."),
    "cluster": ("SimulationCluster", "What `colocate simulate --cluster` takes."),
    "durations": ("Durations", "What `colocate simulate --durations` takes."),
    "simulation": ("SimulationResult", "What `colocate simulate -o json` prints."),
}

_DURATION = r"^[+-]?(0|([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))*$"
_QUANTITY = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$"


class Models:
    """The messages of the .proto files, their options and comments."""

    def __init__(self) -> None:
        with tempfile.NamedTemporaryFile() as file:
            sources = sorted(glob.glob(os.path.join(_PROTO, "colocation", "v1", "*.proto")))
            subprocess.run(["protoc", f"-I{_PROTO}", "--include_imports", "--include_source_info",
                            f"--descriptor_set_out={file.name}", *sources], check=True)
            content = file.read()
        files = descriptor_pb2.FileDescriptorSet.FromString(content)
        pool = descriptor_pool.DescriptorPool()
        for one in files.file:
            pool.Add(one)
        # Read again by classes that know the options.
        known = message_factory.MessageFactory(pool)
        known.GetMessages([one.name for one in files.file])
        self._options = known.GetPrototype(pool.FindMessageTypeByName("google.protobuf.FieldOptions"))
        self._message_options = known.GetPrototype(pool.FindMessageTypeByName("google.protobuf.MessageOptions"))
        self._pool = pool
        self.messages: dict[str, descriptor_pb2.DescriptorProto] = {}
        self.enums: dict[str, descriptor_pb2.EnumDescriptorProto] = {}
        self.comments: dict[tuple[str, str], str] = {}
        for one in files.file:
            texts = {tuple(place.path): " ".join(place.leading_comments.split()) for place in one.source_code_info.location}
            for i, enum in enumerate(one.enum_type):
                self.enums[f".{one.package}.{enum.name}"] = enum
            for i, message in enumerate(one.message_type):
                self._add(message, f".{one.package}.{message.name}", (4, i), texts)

    def _add(self, message, name, path, texts) -> None:
        self.messages[name] = message
        self.comments[(name, "")] = texts.get(path, "")
        for i, field in enumerate(message.field):
            self.comments[(name, field.name)] = texts.get((*path, 2, i), "")
        for enum in message.enum_type:
            self.enums[f"{name}.{enum.name}"] = enum
        for i, nested in enumerate(message.nested_type):
            self._add(nested, f"{name}.{nested.name}", (*path, 3, i), texts)

    def option(self, options, name: str):
        """The value of one of our options of a field or message."""
        kind = self._options if isinstance(options, descriptor_pb2.FieldOptions) else self._message_options
        read = kind.FromString(options.SerializeToString())
        return read.Extensions[self._pool.FindExtensionByName(f"colocation.v1.{name}")]


class Schema:
    """The schema of one document: its message, and those that it refers to."""

    def __init__(self, models: Models) -> None:
        self._models = models
        self._definitions: dict[str, dict] = {}

    def of(self, file: str, message: str, about: str) -> dict:
        name = _PACKAGE + message
        self._refer(name)
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"https://colocation.dev/schemas/{file}.schema.json",
            "title": message,
            "description": about,
            "$ref": f"#/$defs/{message}",
            "$defs": dict(sorted(self._definitions.items())),
        }

    def _refer(self, name: str) -> dict:
        short = name.removeprefix(_PACKAGE)
        if short not in self._definitions:
            self._definitions[short] = {}
            self._definitions[short] = self._message(name)
        return {"$ref": f"#/$defs/{short}"}

    def _message(self, name: str) -> dict:
        message = self._models.messages[name]
        form = self._models.option(message.options, "form")
        about = self._models.comments[(name, "")]
        head = {"description": about} if about else {}
        if form == 1:
            text = {"type": "string"}
            return {**head, "anyOf": [text, {"type": "array", "items": text}, {"type": "object", "additionalProperties": text}]}
        if form == 2:
            return {**head, "type": ["integer", "string"]}
        if form == 3:
            return head
        return {**head, "type": "object", "properties": self._properties(name), "additionalProperties": False}

    def _properties(self, name: str) -> dict:
        properties = {}
        for field in self._models.messages[name].field:
            if self._models.option(field.options, "hidden"):
                continue
            if self._models.option(field.options, "inlined"):
                properties.update(self._properties(field.type_name))
                continue
            about = self._models.comments[(name, field.name)]
            schema = self._field(field)
            properties[field.json_name] = {"description": about, **schema} if about else schema
        return properties

    def _field(self, field) -> dict:
        if field.label != field.LABEL_REPEATED:
            return self._value(field, field)
        entry = self._models.messages.get(field.type_name)
        if entry is not None and entry.options.map_entry:
            return {"type": "object", "additionalProperties": self._value(entry.field[1], field)}
        return {"type": "array", "items": self._value(field, field)}

    def _value(self, field, written) -> dict:
        """The schema of one value; `written` is the field that has the options."""
        if field.type == field.TYPE_MESSAGE:
            return self._refer(field.type_name)
        if field.type == field.TYPE_ENUM:
            return {"enum": [value.name for value in self._models.enums[field.type_name].value]}
        if field.type == field.TYPE_BOOL:
            return {"type": "boolean"}
        if field.type in (field.TYPE_INT32, field.TYPE_INT64):
            return {"type": "integer"}
        if field.type == field.TYPE_BYTES:
            return {"type": "string", "contentEncoding": "base64"}
        form = self._models.option(written.options, "format")
        if form == 1:
            return {"type": "string", "pattern": _DURATION}
        if form == 2:
            return {"type": ["string", "number"], "pattern": _QUANTITY}
        if form == 3:
            return {"type": "string", "format": "date-time"}
        return {"type": "string"}


def schemas() -> dict[str, str]:
    """By file: its content."""
    models = Models()
    return {f"{file}.schema.json": json.dumps(Schema(models).of(file, message, about), indent=1, ensure_ascii=False) + "\n"
            for file, (message, about) in _DOCUMENTS.items()}


def _output(*command: str) -> str:
    """What the command prints; nothing where it refuses its input."""
    done = subprocess.run(command, cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"{command} ends with {done.returncode}")
    return done.stdout


def documents(colocate: str):
    """Documents that are printed or taken: what, schema, value."""
    import yaml

    for path in sorted(glob.glob(os.path.join(_ROOT, "examples", "*.yaml"))) + sorted(glob.glob(os.path.join(_ROOT, "tests", "golden", "*.yaml"))):
        if path.endswith(".pods.yaml"):
            continue
        text = _output(colocate, "plan", path, "-o", "json")
        if text:
            yield f"plan of {os.path.basename(path)}", "plan", json.loads(text)
        yield f"report on {os.path.basename(path)}", "report", json.loads(_output(colocate, "validate", path, "--format=json"))
    broken = "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: Bad}\nspec: {stps: []}\n"
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(broken)
        file.flush()
        yield "report on faults", "report", json.loads(_output(colocate, "validate", file.name, "--format=json"))
    for folder in sorted(glob.glob(os.path.join(_ROOT, "examples", "simulate", "*", ""))):
        name = os.path.basename(os.path.dirname(folder))
        arguments = [f"{folder}run.yaml", f"--cluster={folder}cluster.yaml"]
        with open(f"{folder}cluster.yaml", encoding="utf-8") as file:
            yield f"cluster of {name}", "cluster", yaml.safe_load(file)
        if os.path.exists(f"{folder}durations.yaml"):
            arguments.append(f"--durations={folder}durations.yaml")
            with open(f"{folder}durations.yaml", encoding="utf-8") as file:
                yield f"durations of {name}", "durations", yaml.safe_load(file)
        yield f"simulation of {name}", "simulation", json.loads(_output(colocate, "simulate", *arguments, "-o", "json"))


def check(colocate: str) -> int:
    import jsonschema

    faults = 0
    made = schemas()
    there = sorted(os.path.basename(path) for path in glob.glob(os.path.join(_FOLDER, "*")))
    if there != sorted(made):
        print(f"docs/schemas has {there}, and should have {sorted(made)}: schemas.py write, or delete what is too many")
        faults += 1
    for file, content in made.items():
        jsonschema.Draft202012Validator.check_schema(json.loads(content))
        path = os.path.join(_FOLDER, file)
        if not os.path.exists(path):
            continue
        with open(path, encoding="utf-8") as written:
            if written.read() != content:
                print(f"docs/schemas/{file} is not what the .proto files say: schemas.py write")
                faults += 1
    validators = {file: jsonschema.Draft202012Validator(json.loads(content)) for file, content in made.items()}
    seen = dict.fromkeys(("plan", "report", "cluster", "durations", "simulation"), 0)
    for what, schema, value in documents(colocate):
        seen[schema] += 1
        for error in validators[f"{schema}.schema.json"].iter_errors(value):
            print(f"{what}: {error.json_path}: {error.message[:300]}")
            faults += 1
    missing = [schema for schema, count in seen.items() if count == 0]
    if missing:
        print(f"no document was compared with the schemas {missing}")
    # A schema that takes everything would compare nothing.
    for file, validator in validators.items():
        if validator.is_valid({"no such field": 1}) or validator.is_valid([]):
            print(f"{file} takes a field that there isn't")
            faults += 1
    print(f"compared: {seen}")
    return 1 if faults or missing else 0


def main() -> int:
    if sys.argv[1:] == ["write"]:
        os.makedirs(_FOLDER, exist_ok=True)
        for file, content in schemas().items():
            with open(os.path.join(_FOLDER, file), "w", encoding="utf-8") as out:
                out.write(content)
        return 0
    if len(sys.argv) == 3 and sys.argv[1] == "check":
        return check(os.path.abspath(sys.argv[2]))
    sys.exit(__doc__)


if __name__ == "__main__":
    sys.exit(main())
