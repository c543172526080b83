"""Which column goes where, what holds for every row, and how a file of a known origin is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from qiao.common.errors import InvalidInput
from qiao.directory.domain.imports.cells import BadCell
from qiao.directory.domain.imports.presets import PRESETS, recognised
from qiao.directory.domain.imports.targets import TARGETS
from qiao.directory.domain.imports.vocabulary import folded
from qiao.directory.enums import ImportKind

#: What a row may take from the form when no column says it.
CONSTANTS = ("organisation.kind", "listing.direction", "listing.kind")


@dataclass(frozen=True)
class Mapping:
    """How the rows of a file are read. `columns` maps a column's name to a target's code; others are left out.

    `mend` cuts texts that are too long and lets a title stand in for a missing text; both are noted in the report.
    """

    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    preset: str = ""
    mend: bool = False
    publish: bool = True

    def as_json(self) -> dict[str, Any]:
        """As stored with the job and as given in a file."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Any, columns: Iterable[str]) -> Mapping:
        """Read and check a stored or given mapping. Raises `InvalidInput` with what is wrong, by field."""
        if not isinstance(data, dict):
            raise _wrong("mapping", _("A mapping is an object with “columns”, “constants” and “preset”."))
        known = set(columns)
        mapped = data.get("columns") or {}
        constants = data.get("constants") or {}
        preset = data.get("preset") or ""
        if not isinstance(mapped, dict) or not isinstance(constants, dict):
            raise _wrong("mapping", _("A mapping is an object with “columns”, “constants” and “preset”."))
        for column, target in mapped.items():
            if column not in known:
                raise _wrong("columns", _("The file has no column “%(column)s”.") % {"column": column})
            if target not in TARGETS:
                raise _wrong("columns", _("There is no field “%(field)s”.") % {"field": target})
        for target in mapped.values():
            if list(mapped.values()).count(target) > 1:
                label = TARGETS[target].label
                raise _wrong("columns", _("Two columns go to “%(field)s”. Choose one.") % {"field": label})
        for target, value in constants.items():
            if target not in TARGETS:
                raise _wrong("constants", _("There is no field “%(field)s”.") % {"field": target})
            try:
                TARGETS[target].read(value)
            except BadCell as error:
                raise _wrong("constants", str(error)) from error
        if preset and preset not in PRESETS:
            raise _wrong("preset", _("There is no preset “%(name)s”.") % {"name": preset})
        return cls(
            columns=dict(mapped),
            constants={target: str(value) for target, value in constants.items() if value},
            preset=preset,
            mend=bool(data.get("mend", bool(preset))),
            publish=bool(data.get("publish", True)),
        )

    def check_complete(self, kind: str) -> None:
        """Raises `InvalidInput` when something that every row needs comes from nowhere."""
        if self.preset:
            return
        given = set(self.columns.values()) | set(self.constants)
        missing: dict[str, list[str]] = {}
        if kind == ImportKind.ORGANISATIONS and not given & set(NAMES):
            missing["columns"] = [_("Say which column holds the organisation's name.")]
        if kind == ImportKind.LISTINGS and "listing.title" not in given:
            missing["columns"] = [_("Say which column holds the title.")]
        if "organisation.kind" not in given:
            missing["organisation.kind"] = [_("Choose the kind of organisation, or the column that says it.")]
        if kind == ImportKind.LISTINGS or "listing.title" in given:
            for code in ("listing.direction", "listing.kind"):
                if code not in given:
                    missing[code] = [_("Choose one, or the column that says it.")]
        if missing:
            raise InvalidInput(_("The mapping is not complete."), errors=missing)

    def column_of(self, target: str) -> str:
        """The column a field came from; empty for a constant or a preset."""
        return next((column for column, code in self.columns.items() if code == target), "")


NAMES = ("organisation.name", "organisation.name_en", "organisation.name_zh")


def guess_mapping(columns: list[str], rows: list[dict[str, Any]], kind: str) -> Mapping:
    """A first mapping from the headers: by a known origin, else by names in either language; exact ones first."""
    preset = recognised(columns, rows)
    if preset is not None:
        return Mapping(preset=preset.name, mend=True)
    guessed: dict[str, str] = {}
    for column in columns:
        for target in _candidates(column, kind):
            if target not in guessed.values():
                guessed[column] = target
                break
    return Mapping(columns=guessed, constants=_constants(guessed, kind))


def guess_kind(columns: list[str], rows: list[dict[str, Any]]) -> str:
    """Whether the file looks like one of listings (it has a title, or a text of a need) or of organisations."""
    preset = recognised(columns, rows)
    if preset is not None:
        return preset.kind
    names = {folded(column) for column in columns}
    listing_like = {folded(alias) for code in ("title", "text") for alias in TARGETS[f"listing.{code}"].headers}
    return ImportKind.LISTINGS if names & listing_like else ImportKind.ORGANISATIONS


def _candidates(column: str, kind: str) -> list[str]:
    name = folded(column)
    first = "listing" if kind == ImportKind.LISTINGS else "organisation"
    ordered = sorted(TARGETS.values(), key=lambda target: target.of != first)
    exact = [t.code for t in ordered if name in (folded(t.code), folded(t.field), folded(str(t.label)))]
    by_alias = [t.code for t in ordered if name in {folded(alias) for alias in t.headers}]
    # "id" and "type" belong to whatever the file is of.
    if kind == ImportKind.ORGANISATIONS and name in ("id", folded("编号"), folded("序号")):
        return ["organisation.external_id"]
    if kind == ImportKind.ORGANISATIONS and name in ("type", folded("类型")):
        return ["organisation.kind"]
    return [*exact, *by_alias]


def _constants(guessed: dict[str, str], kind: str) -> dict[str, str]:
    constants: dict[str, str] = {}
    targets = set(guessed.values())
    if kind == ImportKind.LISTINGS or "listing.title" in targets:
        if "listing.direction" not in targets:
            constants["listing.direction"] = "need"
        if "listing.kind" not in targets:
            constants["listing.kind"] = "technology"
    if "organisation.kind" not in targets:
        constants["organisation.kind"] = "sme"
    return constants


def _wrong(name: str, message: str) -> InvalidInput:
    return InvalidInput(message, errors={name: [message]})
