"""Rows of a body's file as documents and committees, or as what is wrong with them.

ISO publishes its deliverables and technical committees as JSON Lines and CSV; the same names serve the simple CSV, with
`title_en`, `title_zh` … for texts in several languages.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from qiao.common.text import clean_line, clean_text
from qiao.standards.enums import CommitteeKind, DeliverableKind, Lifecycle
from qiao.standards.stages import is_stage

_ICS = re.compile(r"\d{2}(\.\d{3}(\.\d{2})?)?")
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_TAG = re.compile(r"<[^>]*>")
#: What stands where a title is missing.
_NO_TITLE = {"titre manque", "title missing", "n/a", "-"}
_KINDS = (
    (
        re.compile(r"/(?:DAM|PDAM|FDAM|CDAM|DAmd|Amd|AMD|FDAmd|CD Amd|WD Amd|AWI Amd)\b|\bAmd \d"),
        DeliverableKind.AMENDMENT,
    ),
    (re.compile(r"/(?:Cor|COR|DCOR|DCor)\b|\bCor \d"), DeliverableKind.CORRIGENDUM),
    (re.compile(r"\bIWA\b"), DeliverableKind.WORKSHOP_AGREEMENT),
    (re.compile(r"\bGuide\b", re.IGNORECASE), DeliverableKind.GUIDE),
    (re.compile(r"(?:/|\b)(?:DTS|PRF TS|TS)\b"), DeliverableKind.TECHNICAL_SPECIFICATION),
    (re.compile(r"(?:/|\b)(?:DTR|PRF TR|TR)\b"), DeliverableKind.TECHNICAL_REPORT),
    (re.compile(r"(?:/|\b)(?:DPAS|PAS)\b"), DeliverableKind.PUBLICLY_AVAILABLE_SPECIFICATION),
)
#: Types as ISO writes them.
_TYPES = {
    "is": DeliverableKind.INTERNATIONAL_STANDARD,
    "international-standard": DeliverableKind.INTERNATIONAL_STANDARD,
    "ts": DeliverableKind.TECHNICAL_SPECIFICATION,
    "technical-specification": DeliverableKind.TECHNICAL_SPECIFICATION,
    "tr": DeliverableKind.TECHNICAL_REPORT,
    "technical-report": DeliverableKind.TECHNICAL_REPORT,
    "pas": DeliverableKind.PUBLICLY_AVAILABLE_SPECIFICATION,
    "publicly-available-specification": DeliverableKind.PUBLICLY_AVAILABLE_SPECIFICATION,
    "iwa": DeliverableKind.WORKSHOP_AGREEMENT,
    "international-workshop-agreement": DeliverableKind.WORKSHOP_AGREEMENT,
    "guide": DeliverableKind.GUIDE,
}
_SUPPLEMENTS = {"amd": DeliverableKind.AMENDMENT, "cor": DeliverableKind.CORRIGENDUM}


#: A row with one of these is a document.
OWNER = ("ownerCommittee", "owner_committee", "owner")


class BadRow(ValueError):
    """A row that cannot be loaded: `code` says why, `about` what."""

    def __init__(self, code: str, about: str = "") -> None:
        super().__init__(code)
        self.code, self.about = code, about[:200]


@dataclass(frozen=True)
class DocumentRow:
    """A document: published, or a project at a stage."""

    reference: str
    titles: tuple[str, str, str]
    kind: str
    stage: str
    ics_codes: tuple[str, ...]
    published: str
    owner: str
    owner_title: str


@dataclass(frozen=True)
class CommitteeRow:
    """A committee or group. None where the file says nothing, so that nothing is overwritten."""

    reference: str
    kind: str
    titles: tuple[str, str, str]
    scopes: tuple[str, str]
    parent: str
    ics_codes: tuple[str, ...]
    lifecycle: str
    secretariat: str


def row_of(values: Any) -> DocumentRow | CommitteeRow:
    """What a row of the file says. Raises `BadRow`."""
    if not isinstance(values, Mapping):
        raise BadRow("not_an_object")
    reference = clean_line(_text(values, "reference"))
    if not reference:
        raise BadRow("no_reference")
    owner = clean_line(_text(values, *OWNER))
    is_document = any(name in values for name in OWNER)
    return _document(values, reference, owner) if is_document else _committee(values, reference)


def parent_of(reference: str) -> str:
    """The group above, as references are built: `ISO/TC 210/WG 1` is under `ISO/TC 210`; empty for the uppermost."""
    head, slash, last = reference.rpartition("/")
    above = re.match(r"(TC|SC|WG|JWG|AG|TG|PC|JTC|SG|CAG|AHG|TF)\b", last)
    return head if slash and above and re.search(r"\b(TC|JTC|PC|SC|WG|TMBG)\b", head) else ""


def kind_of(reference: str) -> str:
    """What a group is, by the last part of its reference."""
    last = reference.rpartition("/")[2]
    found = re.match(r"(JTC|TC|SC|JWG|WG|PC|CAG|AG)\b", last) or re.search(r"\b(JTC|TC|PC) ?\d+$", last)
    kinds = {
        "TC": CommitteeKind.TECHNICAL_COMMITTEE, "JTC": CommitteeKind.TECHNICAL_COMMITTEE,
        "SC": CommitteeKind.SUBCOMMITTEE, "WG": CommitteeKind.WORKING_GROUP, "JWG": CommitteeKind.JOINT_WORKING_GROUP,
        "PC": CommitteeKind.PROJECT_COMMITTEE, "AG": CommitteeKind.ADVISORY_GROUP, "CAG": CommitteeKind.ADVISORY_GROUP,
    }  # fmt: skip
    return str(kinds[found[1]]) if found else str(CommitteeKind.OTHER)


def stage_of(value: Any) -> str:
    """`40.20` of `["40", "20"]`, `4020`, `"40.20"`; empty of nothing. Raises `BadRow` for what is no stage."""
    if value in (None, "", [], "null"):
        return ""
    if isinstance(value, list | tuple):
        text = ".".join(str(part).zfill(2) for part in value)
    else:
        digits = str(value).replace(".", "").strip()
        if not digits.isascii() or not digits.isdigit():
            raise BadRow("bad_stage", str(value))
        digits = digits.zfill(4)
        text = f"{digits[:2]}.{digits[2:]}"
    if not is_stage(text):
        raise BadRow("bad_stage", str(value))
    return text


def _document(values: Mapping[str, Any], reference: str, owner: str) -> DocumentRow:
    if len(reference) > 80:
        raise BadRow("long_reference", reference)
    if not owner:
        raise BadRow("no_committee", reference)
    if len(owner) > 60:
        raise BadRow("long_reference", owner)
    titles = _titles(values)
    published = _text(values, "publicationDate", "publication_date", "published")[:10]
    if published and not _DATE.fullmatch(published):
        raise BadRow("bad_date", published)
    return DocumentRow(
        reference=reference,
        titles=(titles[0][:500], titles[1][:300], titles[2][:500]),
        kind=_document_kind(values, reference),
        stage=stage_of(values.get("currentStage", values.get("stage"))),
        ics_codes=_ics(values),
        published=published,
        owner=owner,
        owner_title=_title_of(_text(values, "committeeTitle", "committee_title"))[:300],
    )


def _committee(values: Mapping[str, Any], reference: str) -> CommitteeRow:
    if len(reference) > 60:
        raise BadRow("long_reference", reference)
    titles = _titles(values)
    scope = values.get("scope")
    scopes = (_in(scope, "en"), _in(scope, "zh")) if isinstance(scope, Mapping) else (_text(values, "scope"), "")
    kind = _text(values, "kind")
    if kind and kind not in CommitteeKind.values:
        raise BadRow("bad_kind", kind)
    lifecycle = _text(values, "lifecycle", "status").lower()
    if lifecycle and lifecycle not in Lifecycle.values:
        raise BadRow("bad_lifecycle", lifecycle)
    secretariat = values.get("secretariat")
    holder = _in(secretariat, "acronym") if isinstance(secretariat, Mapping) else _text(values, "secretariat")
    parent = clean_line(_text(values, "parent", "parentReference", "parent_reference"))
    if parent == reference:
        raise BadRow("own_parent", reference)
    return CommitteeRow(
        reference=reference,
        kind=kind or kind_of(reference),
        titles=(titles[0][:300], titles[1][:160], titles[2][:300]),
        scopes=(
            _plain(scopes[0] or _text(values, "scope_en", "scope.en"))[:20_000],
            _plain(scopes[1] or _text(values, "scope_zh", "scope.zh"))[:20_000],
        ),
        parent=parent or parent_of(reference),
        ics_codes=_ics(values),
        lifecycle=lifecycle,
        secretariat=clean_line(holder)[:160],
    )


def _titles(values: Mapping[str, Any]) -> tuple[str, str, str]:
    title = values.get("title")
    if isinstance(title, str) and title.lstrip().startswith("{"):
        try:
            title = json.loads(title)
        except ValueError:
            raise BadRow("bad_title", title) from None
    told = title if isinstance(title, Mapping) else {}
    plain = title if isinstance(title, str) else ""
    found = [
        _title_of(_in(told, code) or _text(values, f"title_{code}", f"title.{code}")) for code in ("en", "zh", "fr")
    ]
    return found[0] or _title_of(plain), found[1], found[2]


def _title_of(text: str) -> str:
    line = clean_line(html.unescape(text))
    return "" if line.lower() in _NO_TITLE else line


def _plain(text: str) -> str:
    """Scopes come with a little HTML."""
    spaced = re.sub(r"<(?:br|/p|/li|/div)[^>]*>", "\n", text, flags=re.IGNORECASE)
    return clean_text(html.unescape(_TAG.sub("", spaced)))


def _document_kind(values: Mapping[str, Any], reference: str) -> str:
    supplement = _text(values, "supplementType").lower()
    if supplement in _SUPPLEMENTS:
        return str(_SUPPLEMENTS[supplement])
    for pattern, kind in _KINDS:
        if pattern.search(reference):
            return str(kind)
    said = _text(values, "deliverableType", "type", "kind").lower()
    return str(_TYPES.get(said, DeliverableKind.INTERNATIONAL_STANDARD if not said else DeliverableKind.OTHER))


def _ics(values: Mapping[str, Any]) -> tuple[str, ...]:
    given = values.get("icsCode", values.get("ics_codes", values.get("ics")))
    if given in (None, ""):
        return ()
    if isinstance(given, str):
        given = re.split(r"[\s;,|\"'\[\]]+", given)
    if not isinstance(given, list | tuple):
        raise BadRow("bad_ics", str(given))
    codes = [str(code).strip() for code in given if str(code).strip()]
    wrong = next((code for code in codes if not _ICS.fullmatch(code)), None)
    if wrong is not None:
        raise BadRow("bad_ics", wrong)
    return tuple(dict.fromkeys(codes))


def _text(values: Mapping[str, Any], *names: str) -> str:
    for name in names:
        value = values.get(name)
        if value is not None and not isinstance(value, Mapping | list):
            return str(value).replace("\x00", "").strip()
    return ""


def _in(values: Any, key: str) -> str:
    value = values.get(key) if isinstance(values, Mapping) else None
    return str(value).replace("\x00", "").strip() if isinstance(value, str | int) else ""
