"""Finds every verb that the source records, through the functions that pass one on."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
#: Where a verb is written to the log: name of the function, place of the verb among its arguments.
WRITERS = {("qiao.activity.domain.audit", "record"): 0, ("qiao.activity.domain.audit", "entry_of"): 0}

Place = tuple[str, str]


@dataclass
class Module:
    """One file: its functions, what its names mean elsewhere, and its constants."""

    name: str
    tree: ast.Module
    imported: dict[str, Place] = field(default_factory=dict)
    constants: dict[str, ast.expr] = field(default_factory=dict)

    def means(self, name: str) -> Place:
        return self.imported.get(name, (self.name, name))


@dataclass
class Verbs:
    """What was found: verbs, and calls whose verb cannot be read from the source."""

    known: set[str] = field(default_factory=set)
    unknown: list[str] = field(default_factory=list)


def recorded_verbs() -> Verbs:
    """Verbs of all calls, following parameters to the callers until nothing new is found."""
    modules = [_read(path, top) for top in ("platform", ".") for path in _sources(top)]
    writers = dict(WRITERS)
    while True:
        found = Verbs()
        more: dict[Place, int] = {}
        for module in modules:
            for function, call in _calls(module.tree):
                name = call.func.id if isinstance(call.func, ast.Name) else ""
                place = writers.get(module.means(name))
                if place is None:
                    continue
                verb = _argument(call, place)
                if verb is None:
                    continue
                _add(found, more, module, function, verb)
        if set(more) <= set(writers):
            return found
        writers |= more


def _add(
    found: Verbs, more: dict[Place, int], module: Module, function: ast.FunctionDef | None, verb: ast.expr
) -> None:
    if isinstance(verb, ast.Name) and function is not None:
        names = [argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)]
        if verb.id in names:
            more[(module.name, function.name)] = names.index(verb.id)
            places, keywords = function.args.args[::-1], function.args.kwonlyargs
            defaults: dict[str, ast.expr | None] = {
                one.arg: value for one, value in zip(places, function.args.defaults[::-1], strict=False)
            }
            defaults |= {one.arg: value for one, value in zip(keywords, function.args.kw_defaults, strict=True)}
            match defaults.get(verb.id):
                case ast.Constant(value=str(text)):
                    found.known.add(text)
            return
    texts = list(_texts(module, function, verb))
    found.known.update(text for text in texts if text is not None)
    if not texts or None in texts:
        found.unknown.append(f"{module.name}:{verb.lineno}: {ast.unparse(verb)}")


def _texts(module: Module, function: ast.FunctionDef | None, node: ast.expr) -> Iterator[str | None]:
    """What the expression may be; None where that cannot be told."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp():
            yield from _texts(module, function, node.body)
            yield from _texts(module, function, node.orelse)
        case ast.Dict():
            for value in node.values:
                yield from _texts(module, function, value)
        case ast.Subscript():
            yield from _texts(module, function, node.value)
        case ast.Name(id=name):
            given = list(_assigned(function, name)) if function is not None else []
            given = given or ([module.constants[name]] if name in module.constants else [])
            if not given:
                yield None
            for value in given:
                yield from _texts(module, function, value)
        case ast.Call(func=ast.Attribute(attr="get"), args=[_, default]):
            yield from _texts(module, function, node.func.value)  # type: ignore[attr-defined]  # matched above
            yield from _texts(module, function, default)
        case _:
            yield None


def _assigned(function: ast.FunctionDef, name: str) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name) and target.id == name:
                    yield node.value
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    pairs = zip(target.elts, node.value.elts, strict=False)
                    yield from (value for one, value in pairs if isinstance(one, ast.Name) and one.id == name)


def _argument(call: ast.Call, place: int) -> ast.expr | None:
    if len(call.args) > place:
        return call.args[place]
    return next((keyword.value for keyword in call.keywords if keyword.arg == "verb"), None)


def _calls(tree: ast.Module) -> Iterator[tuple[ast.FunctionDef | None, ast.Call]]:
    inside = {
        node: function
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield inside.get(node), node


def _sources(top: str) -> Iterator[Path]:
    package = "qiao" if top == "platform" else "matching"
    yield from sorted((ROOT / top / package).rglob("*.py"))


def _read(path: Path, top: str) -> Module:
    name = ".".join(path.relative_to(ROOT / top).with_suffix("").parts)
    module = Module(name, ast.parse(path.read_text(encoding="utf-8")))
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                module.imported[alias.asname or alias.name] = (node.module, alias.name)
    for statement in module.tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=constant)], value=value):
                module.constants[constant] = value
            case ast.AnnAssign(target=ast.Name(id=constant), value=ast.expr() as value):
                module.constants[constant] = value
    return module
