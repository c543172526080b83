"""One row to one record: values of an organisation and, where the row has one, of a listing; with what is wrong."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from qiao.common.text import clean_line, clean_text, guess_language, has_chinese
from qiao.directory.domain.imports.cells import BadCell, has_markup, text_of
from qiao.directory.domain.imports.mapping import Mapping
from qiao.directory.domain.imports.presets import PRESETS
from qiao.directory.domain.imports.reading import TOO_MANY_CELLS, UNREADABLE
from qiao.directory.domain.imports.targets import EITHER_LANGUAGE, TARGETS
from qiao.directory.enums import Direction, ListingKind
from qiao.directory.models import Listing, Organisation

_TEXT_FIELDS = frozenset({"summary", "description", "text", "other_text"})
_LONGEST_KEY = 120
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\u200b\u202a-\u202e\u2060-\u206f\ufeff]")


@dataclass
class Record:
    """What a row says. `errors` make the row bad; `notes` are told and do no harm."""

    organisation: dict[str, Any] = field(default_factory=dict)
    listing: dict[str, Any] = field(default_factory=dict)
    organisation_id: str = ""
    listing_id: str = ""
    closed: bool = False
    errors: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """A name of the organisation, folded, to tell whether two rows mean the same one."""
        return (self.organisation.get("name_en") or self.organisation.get("name_zh") or "").casefold()

    def refuse(self, reason: str, *, column: str = "") -> None:
        """Make the row bad."""
        self.errors.append({"column": column, "reason": reason})


def record_of(values: dict[str, Any], mapping: Mapping) -> Record:
    """Read a stored row by a mapping."""
    record = Record()
    if UNREADABLE in values:
        record.refuse(_("This line is not an object in JSON."))
        return record
    if TOO_MANY_CELLS in values:
        record.refuse(
            _("This row has %(number)s cells, more than there are columns. Is a separator in a text not quoted?")
            % {"number": values[TOO_MANY_CELLS]}
        )
        return record
    shaped = _shaped(values, mapping, record)
    record.closed = bool(shaped.pop("listing.closed", False))
    read: dict[str, Any] = {}
    for code, raw in shaped.items():
        try:
            read[code] = TARGETS[code].read(raw)
        except BadCell as error:
            record.refuse(str(error), column=mapping.column_of(code) or str(TARGETS[code].label))
    _take_organisation(read, record)
    _take_listing(read, record, mapping)
    _mend(record, mapping)
    return record


def _shaped(values: dict[str, Any], mapping: Mapping, record: Record) -> dict[str, Any]:
    if not mapping.preset:
        shaped = {code: values.get(column) for column, code in mapping.columns.items()}
        return {**shaped, **{code: v for code, v in mapping.constants.items() if not text_in(shaped.get(code))}}
    try:
        return PRESETS[mapping.preset].shape(values)
    except KeyError as error:
        record.refuse(_("The field “%(name)s” is missing.") % {"name": error.args[0]}, column=str(error.args[0]))
    except (TypeError, AttributeError):
        record.refuse(_("A field is of another type than in the other rows."))
    return {}


def text_in(value: Any) -> bool:
    """Whether a cell holds anything."""
    return value is not None and str(value).strip() != ""


def _take_organisation(read: dict[str, Any], record: Record) -> None:
    values = {code.partition(".")[2]: value for code, value in read.items() if code.startswith("organisation.")}
    for name in EITHER_LANGUAGE:
        if name in values:
            text = values.pop(name)
            language = "zh" if (has_chinese(text) if name != "description" else guess_language(text) == "zh") else "en"
            if text and not values.get(f"{name}_{language}"):
                values[f"{name}_{language}"] = text
    record.organisation_id = clean_line(values.pop("external_id", "") or "")
    record.organisation = {
        name: value for name, value in values.items() if value not in ("", None, []) or name == "founded"
    }
    if "founded" in record.organisation and record.organisation["founded"] is None:
        del record.organisation["founded"]


def _take_listing(read: dict[str, Any], record: Record, mapping: Mapping) -> None:
    values = {code.partition(".")[2]: value for code, value in read.items() if code.startswith("listing.")}
    record.listing_id = clean_line(values.pop("external_id", "") or "")
    if not values.get("title") and not values.get("text"):
        # Constants alone (a direction, a kind) make no listing: the row is of an organisation only.
        return
    values["language"] = values.get("language") or guess_language(
        f"{values.get('title', '')}\n{values.get('text', '')}"
    )
    if values.get("kind") == ListingKind.INVESTMENT and values.get("direction") == Direction.NEED:
        values.pop("stages_sought", None)
        values.pop("regions_sought", None)
    record.listing = values


def _mend(record: Record, mapping: Mapping) -> None:
    """Clean texts, and tell what cleaning took away; cut and fill when the mapping says so."""
    parts: tuple[tuple[type[Organisation] | type[Listing], dict[str, Any]], ...] = (
        (Organisation, record.organisation),
        (Listing, record.listing),
    )
    for model, values in parts:
        for name, value in values.items():
            if not isinstance(value, str):
                continue
            many = name.rpartition("_")[0] in _TEXT_FIELDS or name in _TEXT_FIELDS
            cleaned = clean_text(value) if many else clean_line(value)
            if _invisible(value) != _invisible(cleaned):
                record.notes.append(
                    _("%(field)s: invisible control or direction characters were removed.")
                    % {"field": _label(model, name)}
                )
            if many and has_markup(cleaned):
                record.notes.append(
                    _("%(field)s: HTML markup is shown as plain text.") % {"field": _label(model, name)}
                )
            values[name] = _cut(model, name, cleaned, record) if mapping.mend else cleaned
    listing = record.listing
    if listing and not listing.get("text") and mapping.mend and listing.get("title"):
        listing["text"] = listing["title"]
        record.notes.append(_("There is no text: the title stands in for it."))


def _cut(model: type[Organisation] | type[Listing], name: str, text: str, record: Record) -> str:
    limit = longest(model, name)
    if limit is None or len(text) <= limit or name in ("website", "country", "currency"):
        return text
    record.notes.append(
        _("%(field)s: cut from %(length)s to %(limit)s characters.")
        % {"field": _label(model, name), "length": f"{len(text):,}", "limit": f"{limit:,}"}
    )
    if name == "title" and record.listing.get("text"):
        record.listing["text"] = f"{text}\n\n{record.listing['text']}"
    return text[: limit - 1].rstrip() + "…"


def _label(model: type[Organisation] | type[Listing], name: str) -> str:
    return str(TARGETS[f"{model._meta.model_name}.{name}"].label)


def longest(model: type[Organisation] | type[Listing], name: str) -> int | None:
    """How many characters a field holds."""
    found = model._meta.get_field(name)
    limits = [v.limit_value for v in found.validators if hasattr(v, "limit_value") and "Length" in type(v).__name__]  # type: ignore[union-attr]
    length = getattr(found, "max_length", None)
    return int(min([*limits, *([length] if length else [])])) if limits or length else None


def _invisible(text: str) -> int:
    """How many characters there are that nobody sees: control, direction and zero-width ones."""
    return len(_INVISIBLE.findall(text))


def derived_id(*parts: str) -> str:
    """A stable identifier for a row that brings none: of its words, so that the same row is known again."""
    words = "\x1f".join(clean_line(part).casefold() for part in parts)
    return f"~{hashlib.sha256(words.encode()).hexdigest()[:24]}"


def identify(record: Record) -> None:
    """Give the record its identifiers, or say why it cannot have them."""
    organisation = record.organisation
    if not record.organisation_id and record.name:
        record.organisation_id = derived_id("organisation", record.name, organisation.get("country", ""))
    if record.listing and not record.listing_id:
        record.listing_id = derived_id("listing", record.organisation_id, record.listing.get("title", ""))
    for value in (record.organisation_id, record.listing_id):
        if len(value) > _LONGEST_KEY:
            record.refuse(_("A number or code of a row has at most %(limit)s characters.") % {"limit": _LONGEST_KEY})


def shown(value: Any) -> str:
    """A cell as the report shows it."""
    try:
        return text_of(value)[:200]
    except BadCell:
        return str(value)[:200]
