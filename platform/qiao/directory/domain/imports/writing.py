"""Writing a planned batch: many rows in a few statements, each with its audit row and its words for search."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Model
from django.utils import timezone

from qiao.activity.domain.audit import entry_of, record_all
from qiao.activity.models import AuditEntry
from qiao.directory.domain.imports.planning import Part, Plan
from qiao.directory.domain.indexing import index_listings, index_organisations
from qiao.directory.domain.listings import FIELDS as LISTING_FIELDS
from qiao.directory.domain.organisations import FIELDS as ORGANISATION_FIELDS
from qiao.directory.enums import RowOutcome
from qiao.directory.models import ImportRow, Listing, Membership, Organisation, Sector

_LISTING_COLUMNS = (*LISTING_FIELDS, "state", "published_at", "version", "updated_at")
_ORGANISATION_COLUMNS = (*ORGANISATION_FIELDS, "updated_at")


def write_batch(plans: Sequence[Plan], *, actor: Any) -> None:
    """Store what the plans say, inside the caller's transaction."""
    good = [plan for plan in plans if not plan.record.errors]
    entries: list[AuditEntry] = []
    _write_organisations([plan for plan in good if plan.organisation], entries, actor)
    for plan in good:
        if plan.known is not None and plan.known.instance is not None:
            plan.known.pk = plan.known.instance.pk
    _write_memberships([plan for plan in good if plan.membership], entries, actor)
    _write_listings([plan for plan in good if plan.listing], entries, actor)
    record_all(entries)
    for plan in good:
        if plan.known is not None:
            plan.known.instance = None  # keys only from one batch to the next


def _write_organisations(plans: list[Plan], entries: list[AuditEntry], actor: Any) -> None:
    parts = [plan.organisation for plan in plans if plan.organisation]
    _store(Organisation, parts, _ORGANISATION_COLUMNS)
    index_organisations(_with_sectors(parts))
    entries.extend(
        entry_of(
            "import_organisation",
            part.instance,
            actor=actor,
            bridge_id=part.instance.managed_by_id,
            organisation_id=part.instance.pk,
            after=part.outcome,
            detail={"fields": part.changed},
        )
        for part in parts
        if part.outcome != RowOutcome.SAME
    )


def _write_memberships(plans: list[Plan], entries: list[AuditEntry], actor: Any) -> None:
    parts = []
    for plan in plans:
        part = plan.membership
        if part is None or part.outcome == RowOutcome.SAME:
            continue
        if part.outcome == RowOutcome.NEW and plan.known is not None:
            part.instance.organisation_id = plan.known.pk
        parts.append(part)
    _store(Membership, parts, ("state", "decided_at", "updated_at"))
    entries.extend(
        entry_of(
            "import_membership",
            part.instance,
            actor=actor,
            bridge_id=part.instance.bridge_id,
            organisation_id=part.instance.organisation_id,
            before=part.state_before,
            after=part.instance.state,
        )
        for part in parts
    )


def _write_listings(plans: list[Plan], entries: list[AuditEntry], actor: Any) -> None:
    parts = []
    for plan in plans:
        part = plan.listing
        if part is None or part.outcome == RowOutcome.SAME:
            continue
        if part.outcome == RowOutcome.NEW and plan.known is not None:
            part.instance.organisation_id = plan.known.pk
        else:
            part.instance.version += 1
        parts.append(part)
    _store(Listing, parts, _LISTING_COLUMNS)
    index_listings(_with_sectors(parts))
    entries.extend(
        entry_of(
            "import_listing",
            part.instance,
            actor=actor,
            bridge_id=part.instance.bridge_id,
            organisation_id=part.instance.organisation_id,
            before=part.state_before if part.outcome != RowOutcome.NEW else "",
            after=part.instance.state,
            detail={"fields": part.changed},
        )
        for part in parts
    )


def _store(model: type[Model], parts: list[Part], columns: Sequence[str]) -> None:
    new = [part.instance for part in parts if part.outcome == RowOutcome.NEW]
    changed = [part.instance for part in parts if part.outcome == RowOutcome.CHANGED]
    model._default_manager.bulk_create(new)
    for instance in changed:
        instance.updated_at = timezone.now()
    if changed:
        model._default_manager.bulk_update(changed, columns, batch_size=100)
    if hasattr(model, "sectors"):
        _store_sectors(model, [part for part in parts if part.sectors is not None])


def _store_sectors(model: Any, parts: list[Part]) -> None:
    through, owner = model.sectors.through, f"{model._meta.model_name}_id"
    replaced = [part.instance.pk for part in parts if part.outcome != RowOutcome.NEW]
    if replaced:
        through.objects.filter(**{f"{owner}__in": replaced}).delete()
    through.objects.bulk_create(
        through(**{owner: part.instance.pk}, sector_id=sector.pk) for part in parts for sector in part.sectors or ()
    )


def _with_sectors(parts: list[Part]) -> list[tuple[Any, Iterable[Sector]]]:
    """What was stored, each with its sectors: those of the file, else those it had."""
    return [
        (part.instance, part.sectors if part.sectors is not None else _sectors_before(part))
        for part in parts
        if part.outcome != RowOutcome.SAME
    ]


def _sectors_before(part: Part) -> Iterable[Sector]:
    found: Iterable[Sector] = () if part.outcome == RowOutcome.NEW else part.instance.sectors.all()
    return found


def store_judgements(rows: Sequence[ImportRow]) -> None:
    """Write what became of the rows of a batch in one statement; nothing else of a row ever changes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE directory_importrow SET outcome = judged.outcome, errors = judged.errors, notes = judged.notes,"
            " object_id = judged.object_id"
            " FROM unnest(%s::bigint[], %s::text[], %s::jsonb[], %s::jsonb[], %s::bigint[])"
            " AS judged (pk, outcome, errors, notes, object_id) WHERE directory_importrow.id = judged.pk",
            [
                [row.pk for row in rows],
                [row.outcome for row in rows],
                [json.dumps(row.errors) for row in rows],
                [json.dumps(row.notes) for row in rows],
                [row.object_id for row in rows],
            ],
        )
