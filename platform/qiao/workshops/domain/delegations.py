"""Registering the people of a delegation from a table, each row told by itself."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from qiao.common.errors import Duplicate, InvalidInput, NotAllowed
from qiao.common.text import clean_line
from qiao.directory.models import Organisation
from qiao.workshops.domain.log import log_act
from qiao.workshops.domain.registering import register_other
from qiao.workshops.enums import AttendanceMode
from qiao.workshops.models import Delegation, Registration, Workshop
from qiao.workshops.rules import handles_registrations, registers_for

MOST_ROWS = 200
MOST_BYTES = 512 * 1024
#: What heads may be called, in both languages.
HEADS = {
    "name": ("name", "姓名"),
    "email": ("email", "e-mail", "mail", "邮箱", "电子邮箱"),
    "job_title": ("position", "job title", "title", "职务", "职位"),
    "languages": ("languages", "language", "语言"),
    "mode": ("takes part", "mode", "参加方式"),
    "needs_interpreter": ("interpreter", "needs interpreter", "口译", "需要口译"),
    "access_needs": ("access needs", "无障碍需求"),
    "goals": ("goals", "目标"),
}
_LANGUAGES = {
    "en": "en",
    "english": "en",
    "英文": "en",
    "英语": "en",
    "zh": "zh",
    "chinese": "zh",
    "中文": "zh",
    "汉语": "zh",
}
_YES = {"yes", "y", "1", "true", "是", "x"}
_REMOTE = {"online", "remote", "线上"}


@dataclass
class RowReport:
    """One row: its number in the file, from 2, whom it names, and what is wrong with it, if anything."""

    number: int
    name: str
    email: str
    problems: list[str] = field(default_factory=list)
    registration: Registration | None = None


@dataclass
class DelegationReport:
    """What came of a file: each row, and the delegation once it is registered."""

    rows: list[RowReport]
    delegation: Delegation | None = None

    @property
    def good(self) -> list[RowReport]:
        """Rows without a problem."""
        return [row for row in self.rows if not row.problems]

    @property
    def bad(self) -> list[RowReport]:
        """Rows with one."""
        return [row for row in self.rows if row.problems]


def read_people(content: bytes) -> list[dict[str, Any]]:
    """Rows of a CSV file by our names for its heads. Raises `InvalidInput` for a file that cannot be read.

    UTF-8 with or without a mark, UTF-16 and GB18030 are understood, and commas, semicolons and tabs.
    """
    if len(content) > MOST_BYTES:
        raise InvalidInput(_("The file is too large."))
    text = _decoded(content)
    try:
        dialect: Any = csv.Sniffer().sniff(text[:4096], delimiters=",;\t")
    except csv.Error:
        dialect = csv.excel
    try:
        lines = [line for line in csv.reader(io.StringIO(text), dialect) if any(cell.strip() for cell in line)]
    except csv.Error as problem:
        raise InvalidInput(_("This is no CSV file: %(why)s") % {"why": str(problem)}) from problem
    if not lines:
        raise InvalidInput(_("The file is empty."))
    known = {word: name for name, words in HEADS.items() for word in words}
    heads = [known.get(clean_line(cell).lower(), "") for cell in lines[0]]
    missing = [name for name in ("name", "email") if name not in heads]
    if missing:
        raise InvalidInput(_("The first line must name the columns, name and email among them."))
    if len(lines) - 1 > MOST_ROWS:
        raise InvalidInput(_("At most %(n)d people at once.") % {"n": MOST_ROWS})
    return [{name: cell for name, cell in zip(heads, line, strict=False) if name} for line in lines[1:]]


def register_delegation(
    workshop: Workshop,
    *,
    actor: Any,
    organisation: Organisation,
    name: str,
    people: list[dict[str, Any]],
    dry_run: bool = False,
    all_or_nothing: bool = False,
) -> DelegationReport:
    """Register each person; every bad row is told with its reason and the others are registered.

    A dry run, or `all_or_nothing` with a bad row, changes nothing and tells nobody. Raises `NotAllowed`.
    """
    if not (registers_for(actor, organisation) or handles_registrations(actor, workshop)):
        raise NotAllowed
    with transaction.atomic():
        report = _registered(workshop, actor, organisation, name, people)
        if dry_run or (all_or_nothing and report.bad) or not report.good:
            transaction.set_rollback(True)
            report.delegation = None
    return report


def _registered(
    workshop: Workshop, actor: Any, organisation: Organisation, name: str, people: list[dict[str, Any]]
) -> DelegationReport:
    title = clean_line(name)[:160] or str(organisation)
    delegation = Delegation.objects.create(workshop=workshop, organisation=organisation, name=title, leader=actor)
    rows = []
    seen: set[str] = set()
    for number, person in enumerate(people, 2):
        email = str(person.get("email", "")).strip().lower()
        row = RowReport(number, clean_line(str(person.get("name", "")))[:120], email)
        rows.append(row)
        if email and email in seen:
            row.problems.append(_("This address stands in the file twice."))
            continue
        seen.add(email)
        try:
            with transaction.atomic():
                row.registration = register_other(
                    workshop, actor=actor, organisation=organisation, delegation=delegation, **_fields(person, email)
                )
        except InvalidInput as refusal:
            told = [text for texts in refusal.errors.values() for text in texts]
            row.problems += told or [str(refusal)]
        except Duplicate as refusal:
            row.problems.append(str(refusal))
    log_act(
        workshop,
        "register_delegation",
        actor=actor,
        organisation_id=organisation.pk,
        detail={"people": sum(not row.problems for row in rows)},
    )
    return DelegationReport(rows, delegation)


def _fields(person: dict[str, Any], email: str) -> dict[str, Any]:
    words = str(person.get("languages", "")).replace("/", ",").replace("、", ",").replace(";", ",").split(",")
    mode = str(person.get("mode", "")).strip().lower()
    return {
        "email": email,
        "name": str(person.get("name", "")),
        "job_title": str(person.get("job_title", "")),
        "languages": [_LANGUAGES[one] for word in words if (one := word.strip().lower()) in _LANGUAGES],
        "mode": AttendanceMode.REMOTE if mode in _REMOTE else AttendanceMode.ON_SITE,
        "needs_interpreter": str(person.get("needs_interpreter", "")).strip().lower() in _YES,
        "access_needs": str(person.get("access_needs", "")),
        "goals": str(person.get("goals", "")),
    }


def _decoded(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    for charset in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(charset)
        except UnicodeDecodeError:
            continue
    raise InvalidInput(_("The file's characters cannot be read: save it as UTF-8."))
