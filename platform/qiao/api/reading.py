"""The description as a page reads it: groups of calls, each with what goes in and what comes out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from qiao.api.description import PROBLEMS
from qiao.api.openapi import TAGS

Schema = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """A field of a body or an answer, or a parameter."""

    name: str
    kind: str
    text: str
    required: bool
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Call:
    """One method of one address."""

    id: str
    method: str
    path: str
    summary: str
    text: str
    scope: str
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    example: str
    answer: str
    answer_fields: tuple[Field, ...]
    refusals: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Group:
    """Calls about one kind of thing."""

    name: str
    text: str
    calls: tuple[Call, ...]


def groups_of(description: Schema) -> list[Group]:
    """All calls, by what they are about, in the order of the description."""
    components = description["components"]["schemas"]
    found: dict[str, list[Call]] = {name: [] for name in TAGS}
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            found[operation["tags"][0]].append(_call(path, method, operation, components))
    return [Group(name, TAGS[name], tuple(calls)) for name, calls in found.items() if calls]


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text that is broken into lines."""
    return [" ".join(_plain(one).split()) for one in text.split("\n\n")]


def problems() -> list[tuple[int, str, str]]:
    """Every code with its status and what it means."""
    return [(status, code, text) for status, codes in PROBLEMS.items() for code, text in codes.items()]


def _call(path: str, method: str, operation: Schema, components: Schema) -> Call:
    body: tuple[Field, ...] = ()
    example = ""
    if "requestBody" in operation:
        content = next(iter(operation["requestBody"]["content"].values()))
        body = _fields(content["schema"], components)
        if "example" in content:
            example = json.dumps(content["example"], ensure_ascii=False, indent=2)
    status, answer = next(one for one in operation["responses"].items() if one[0].startswith("2"))
    contents: list[Schema] = list(answer.get("content", {}).values())
    schema = contents[0]["schema"] if contents else None
    ways: list[dict[str, list[str]]] = operation.get("security", [])
    client = next((one["client"] for one in ways if "client" in one), [])
    codes = tuple(
        (refused, tuple(PROBLEMS.get(int(refused), {})))
        for refused in operation["responses"]
        if int(refused) >= 400
    )  # fmt: skip
    return Call(
        id=operation["operationId"], method=method.upper(), path=path, summary=operation["summary"],
        text=_plain(operation.get("description", "")), scope=", ".join(client),
        parameters=tuple(
            Field(one["name"], one["in"], _plain(one["description"]), one.get("required", False), _words(one["schema"]))
            for one in operation.get("parameters", ())
        ),
        body=body, example=example, answer=status,
        answer_fields=_fields(schema, components) if schema else (), refusals=codes,
    )  # fmt: skip


def _fields(schema: Schema, components: Schema) -> tuple[Field, ...]:
    resolved = _resolved(schema, components)
    if set(resolved.get("properties", {})) == {"items", "next"}:
        # A page of a list: what is told of a row.
        resolved = _resolved(resolved["properties"]["items"]["items"], components)
    required = set(resolved.get("required", ()))
    return tuple(
        Field(name, _kind(one, components), _plain(one.get("description", "")), name in required, _words(one))
        for name, one in resolved.get("properties", {}).items()
    )


def _resolved(schema: Schema, components: Schema) -> Schema:
    if "$ref" in schema:
        found: Schema = components[schema["$ref"].rpartition("/")[2]]
        return found
    for one in schema.get("allOf", ()):
        return _resolved(one, components)
    return schema


def _kind(schema: Schema, components: Schema) -> str:
    """What a value is, in a word or two: `string`, `list of object`, `date or null`."""
    if "$ref" in schema or "allOf" in schema:
        return "object"
    for several in ("oneOf", "anyOf"):
        if several in schema:
            return " or ".join(dict.fromkeys(_kind(one, components) for one in schema[several]))
    kinds = schema.get("type", "any")
    told = [
        schema.get("format", kind) if kind == "string" else kind
        for kind in ([kinds] if isinstance(kinds, str) else kinds)
    ]
    if told[0] == "array":
        told[0] = f"list of {_kind(schema.get('items', {}), components)}"
    return " or ".join(told)


def _plain(text: str) -> str:
    """Without the marks of code, which a page would show as they are."""
    return text.replace("`", "")


def _words(schema: Schema) -> tuple[str, ...]:
    words = schema.get("enum") or schema.get("items", {}).get("enum") or ()
    return tuple(str(word) for word in words if word not in (None, ""))
