"""Storing rows of a body's file: only what is new or has changed is written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from qiao.directory.search import document_of
from qiao.standards.enums import Lifecycle
from qiao.standards.importing.rows import CommitteeRow, DocumentRow, kind_of, parent_of
from qiao.standards.models import Committee, Deliverable, StandardsBody

_DOCUMENT = (
    "committee", "title_en", "title_zh", "title_fr", "kind", "stage", "ics_codes", "published", "digest", "removed_at",
    "updated_at",
)  # fmt: skip
_COMMITTEE = (
    "kind", "title_en", "title_zh", "title_fr", "scope_en", "scope_zh", "parent", "ics_codes", "lifecycle",
    "secretariat", "digest", "source", "removed_at", "updated_at",
)  # fmt: skip


@dataclass
class Counted:
    """What became of rows."""

    new: int = 0
    changed: int = 0
    same: int = 0
    committees_new: int = 0
    committees_changed: int = 0


@dataclass
class Store:
    """What a body has already, by reference, and what a file has named so far.

    It is read once; one worker at a time writes a body's map.
    """

    body: StandardsBody
    source: str
    committees: dict[str, int] = field(default_factory=dict)
    committee_digests: dict[str, str] = field(default_factory=dict)
    untitled: set[str] = field(default_factory=set)
    documents: dict[str, tuple[int, str]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    seen_committees: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, body: StandardsBody, source: str) -> Store:
        """What the database holds of a body."""
        store = cls(body, source)
        for pk, reference, digest, title, removed in Committee.objects.filter(body=body).values_list(
            "pk", "reference", "digest", "title_en", "removed_at"
        ):
            store.committees[reference] = pk
            store.committee_digests[reference] = digest if removed is None else ""
            if not title:
                store.untitled.add(reference)
        rows = Deliverable.objects.filter(body=body).values_list("reference", "pk", "digest", "removed_at")
        for reference, pk, digest, removed in rows.iterator(chunk_size=10_000):
            store.documents[reference] = (pk, digest if removed is None else "")
        return store

    @transaction.atomic
    def write(self, rows: Iterable[DocumentRow | CommitteeRow]) -> Counted:
        """Write a batch of rows, whole or not at all."""
        rows = list(rows)
        counted = Counted()
        self._write_committees([one for one in rows if isinstance(one, CommitteeRow)], counted)
        self._write_documents([one for one in rows if isinstance(one, DocumentRow)], counted)
        return counted

    def _write_committees(self, rows: list[CommitteeRow], counted: Counted) -> None:
        if not rows:
            return
        made = self._make({one.parent: "" for one in rows if one.parent} | {one.reference: "" for one in rows}, counted)
        counted.committees_new += len(made - {one.reference for one in rows})
        kept = dict(Committee.objects.filter(body=self.body).exclude(kept=[]).values_list("reference", "kept"))
        changed = []
        for row in rows:
            self.seen_committees.add(row.reference)
            digest = _digest(row)
            before = self.committee_digests.get(row.reference, "")
            if digest == before:
                counted.same += 1
                continue
            counted.new, counted.changed = counted.new + (not before), counted.changed + bool(before)
            changed.append((row, digest))
            self.committee_digests[row.reference] = digest
        found = Committee.objects.in_bulk([self.committees[row.reference] for row, _digest in changed])
        for row, digest in changed:
            one = found[self.committees[row.reference]]
            told = {
                "kind": row.kind,
                "title_en": row.titles[0],
                "title_zh": row.titles[1],
                "title_fr": row.titles[2],
                "scope_en": row.scopes[0],
                "scope_zh": row.scopes[1],
                "ics_codes": list(row.ics_codes),
                "lifecycle": row.lifecycle,
                "secretariat": row.secretariat,
                "parent_id": self._above(row),
            }
            for name, value in told.items():
                # What organisers wrote stays, and what the file does not say takes nothing away.
                if value and name.removesuffix("_id") not in kept.get(row.reference, ()):
                    setattr(one, name, value)
            one.digest, one.source, one.removed_at, one.updated_at = digest, self.source, None, timezone.now()
        Committee.objects.bulk_update(found.values(), _COMMITTEE, batch_size=500)
        _index(Committee, [(one.pk, _committee_words(one)) for one in found.values()])

    def _above(self, row: CommitteeRow) -> int | None:
        """The parent's key, unless that would close a circle."""
        parent = self.committees.get(row.parent)
        own, above, steps = self.committees[row.reference], parent, 0
        while above is not None and steps < 20:
            if above == own:
                return None
            above = Committee.objects.filter(pk=above).values_list("parent_id", flat=True).first()
            steps += 1
        return parent

    def _write_documents(self, rows: list[DocumentRow], counted: Counted) -> None:
        owners: dict[str, str] = {}
        for row in rows:
            owners[row.owner] = owners.get(row.owner) or row.owner_title
        counted.committees_new += len(self._make(owners, counted))
        now = timezone.now()
        new: list[Deliverable] = []
        changed: list[Deliverable] = []
        for row in rows:
            self.seen.add(row.reference)
            self.seen_committees.add(row.owner)
            digest = _digest(row)
            pk, before = self.documents.get(row.reference, (0, ""))
            if pk and digest == before:
                counted.same += 1
                continue
            one = Deliverable(
                pk=pk or None,
                body=self.body,
                committee_id=self.committees[row.owner],
                reference=row.reference,
                title_en=row.titles[0],
                title_zh=row.titles[1],
                title_fr=row.titles[2],
                kind=row.kind,
                stage=row.stage,
                ics_codes=list(row.ics_codes),
                published=row.published,
                digest=digest,
                updated_at=now,
            )
            (changed if pk else new).append(one)
        Deliverable.objects.bulk_create(new, batch_size=1000)
        Deliverable.objects.bulk_update(changed, _DOCUMENT, batch_size=500)
        for one in (*new, *changed):
            self.documents[one.reference] = (one.pk, one.digest)
        counted.new += len(new)
        counted.changed += len(changed)
        _index(Deliverable, [(one.pk, f"{one.title_en} {one.title_zh} {one.reference}") for one in (*new, *changed)])

    def _make(self, titles: dict[str, str], counted: Counted) -> set[str]:
        """Make committees that are only named, with those above them, and give a title to those without one.

        Returns the references of those made.
        """
        wanted = dict(titles)
        for reference in list(titles):
            above = parent_of(reference)
            while above:
                wanted.setdefault(above, "")
                above = parent_of(above)
        made = [
            Committee(
                body=self.body,
                reference=reference,
                kind=kind_of(reference),
                title_en=title,
                lifecycle=Lifecycle.ACTIVE,
                source=self.source,
            )
            for reference, title in wanted.items()
            if reference not in self.committees
        ]
        Committee.objects.bulk_create(made)
        for one in made:
            self.committees[one.reference] = one.pk
            self.committee_digests[one.reference] = ""
            if not one.title_en:
                self.untitled.add(one.reference)
        for one in made:
            above = parent_of(one.reference)
            if above:
                one.parent_id = self.committees[above]
        Committee.objects.bulk_update([one for one in made if one.parent_id], ["parent"], batch_size=500)
        _index(Committee, [(one.pk, _committee_words(one)) for one in made])
        self._give_titles({key: title for key, title in titles.items() if title and key in self.untitled}, counted)
        return {one.reference for one in made}

    def _give_titles(self, titles: dict[str, str], counted: Counted) -> None:
        found = list(Committee.objects.filter(body=self.body, reference__in=titles, title_en=""))
        for one in found:
            if "title_en" not in one.kept:
                one.title_en = titles[one.reference]
            self.untitled.discard(one.reference)
        Committee.objects.bulk_update(found, ["title_en"], batch_size=500)
        counted.committees_changed += len(found)
        _index(Committee, [(one.pk, _committee_words(one)) for one in found])

    @transaction.atomic
    def drop_unseen(self) -> int:
        """Mark documents that a complete file no longer has as gone; returns how many. Committees stay."""
        if not self.seen:
            return 0
        lost = [pk for reference, (pk, digest) in self.documents.items() if reference not in self.seen and digest]
        for start in range(0, len(lost), 5000):
            Deliverable.objects.filter(pk__in=lost[start : start + 5000]).update(removed_at=timezone.now())
        return len(lost)

    @transaction.atomic
    def count(self) -> None:
        """Write on each committee how many documents it has, and how many are under development."""
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE standards_committee c SET deliverables_count = n.total, open_count = n.open FROM ("
                " SELECT k.id, count(d.id) total, count(d.id) FILTER"
                " (WHERE d.stage > '00' AND d.stage < '60' AND d.stage NOT LIKE '%%.98') AS open"
                " FROM standards_committee k LEFT JOIN standards_deliverable d"
                " ON d.committee_id = k.id AND d.removed_at IS NULL WHERE k.body_id = %s GROUP BY k.id) n"
                " WHERE c.id = n.id AND (c.deliverables_count, c.open_count) IS DISTINCT FROM (n.total, n.open)",
                [self.body.pk],
            )


def _committee_words(one: Committee) -> str:
    return " ".join((one.reference, one.title_en, one.title_zh, one.scope_en, one.scope_zh))


def _index(model: type[Committee] | type[Deliverable], rows: list[tuple[int, str]]) -> None:
    """Store the words that search looks in, in one statement."""
    if not rows:
        return
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET search = to_tsvector('simple', words.a)"  # noqa: S608 - our own table
            f" FROM unnest(%s::bigint[], %s::text[]) AS words (pk, a) WHERE {table}.id = words.pk",
            [[row[0] for row in rows], [document_of(row[1]) for row in rows]],
        )


def _digest(row: Any) -> str:
    return hashlib.sha256(repr(row).encode()).hexdigest()
