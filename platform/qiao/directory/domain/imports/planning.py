"""What each row would do: which organisation and listing it makes or changes. The check and the import both plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.bridges.models import Side
from qiao.common.errors import InvalidInput
from qiao.common.regions import country_name
from qiao.common.validation import check_fields
from qiao.directory.domain.imports.mapping import Mapping
from qiao.directory.domain.imports.records import Record, identify, record_of
from qiao.directory.domain.imports.targets import TARGETS
from qiao.directory.domain.imports.vocabulary import folded
from qiao.directory.domain.listings import FIELDS as LISTING_FIELDS
from qiao.directory.domain.listings import fill_listing
from qiao.directory.domain.organisations import FIELDS as ORGANISATION_FIELDS
from qiao.directory.domain.organisations import fill_organisation
from qiao.directory.enums import ImportKind, ListingState, MembershipState, RowOutcome
from qiao.directory.models import ImportJob, ImportRow, Listing, Membership, Organisation, Sector
from qiao.directory.transitions import LISTING, MEMBERSHIP

MOST_SECTORS = 8
#: What a file decides only when it makes a profile: organisers correct it by hand afterwards.
_FIRST_ONLY = ("kind", "country")
_NOT_CHECKED = ("organisation", "bridge", "managed_by", "search", "sectors", "public_id", "state")


@dataclass(eq=False)
class Part:
    """An organisation or a listing as it will be stored, and what that means for what is stored now."""

    instance: Any
    outcome: str
    changed: list[str] = field(default_factory=list)
    sectors: list[Sector] | None = None
    state_before: str = ""


@dataclass(eq=False, slots=True)
class Known:
    """An organisation of this file: stored already, or made by an earlier row."""

    row: int
    pk: int | None
    instance: Organisation | None = None
    claimed: bool = False


@dataclass(eq=False)
class Plan:
    """A row with what it does. A bad row does nothing."""

    row: ImportRow
    record: Record
    known: Known | None = None
    organisation: Part | None = None
    membership: Part | None = None
    listing: Part | None = None

    @property
    def outcome(self) -> str:
        """New if what the file is of is new; changed if any part is; else the same."""
        if self.record.errors:
            return RowOutcome.BAD
        parts = [part for part in (self.listing, self.organisation, self.membership) if part is not None]
        if parts and parts[0].outcome == RowOutcome.NEW:
            return RowOutcome.NEW
        return RowOutcome.CHANGED if any(part.outcome != RowOutcome.SAME for part in parts) else RowOutcome.SAME


class Planner:
    """Plans the rows of one job, batch by batch in the order of the file. What it keeps between batches are keys."""

    def __init__(self, job: ImportJob, mapping: Mapping) -> None:
        self.job, self.mapping, self.bridge = job, mapping, job.bridge
        self.today = timezone.localdate()
        self.sides = list(self.bridge.sides.all())
        self.source = organisation_source(job)
        self.sectors = _sectors_by_word()
        existing = Organisation.objects.filter(source=self.source).exclude(external_id="")
        self.organisation_ids: dict[str, int] = dict(existing.values_list("external_id", "pk"))
        listings = Listing.objects.filter(bridge=self.bridge, source=job.source).exclude(external_id="")
        self.listing_ids: dict[str, int] = dict(listings.values_list("external_id", "pk"))
        self.names: dict[tuple[str, str], int | str] = self._names_on_bridge()
        self.known: dict[str, Known] = {}
        self.listings_seen: dict[str, int] = {}

    def plan(self, rows: Sequence[ImportRow]) -> list[Plan]:
        """Plan a batch."""
        plans = [Plan(row, record_of(row.values, self.mapping)) for row in rows]
        for plan in plans:
            if plan.record.organisation or not plan.record.errors:
                self._place(plan.record)
            if not plan.record.errors:
                identify(plan.record)
        stored = self._stored(plan.record for plan in plans)
        for plan in plans:
            if not plan.record.errors:
                self._plan_row(plan, *stored)
        return plans

    def _names_on_bridge(self) -> dict[tuple[str, str], int | str]:
        here = Organisation.objects.filter(memberships__bridge=self.bridge) | Organisation.objects.filter(
            managed_by=self.bridge
        )
        names: dict[tuple[str, str], int | str] = {}
        for pk, country, *both in here.distinct().values_list("pk", "country", "name_en", "name_zh").order_by("pk"):
            for name in both:
                if name:
                    names.setdefault((name.casefold(), country), pk)
        return names

    def _place(self, record: Record) -> None:
        """The country of the organisation, and whether the bridge has a side for it. Told beside what else is wrong."""
        column = self._column("organisation.country")
        if any(error["column"] == column for error in record.errors):
            return
        country = record.organisation.get("country") or (self.job.side.country if self.job.side else "")
        record.organisation["country"] = country
        on_bridge = {side.country for side in self.sides}
        if not country:
            record.refuse(
                _("Say the country, or choose the side of the bridge that the whole file belongs to."),
                column=column,
            )
        elif self.job.side is None and country not in on_bridge:
            record.refuse(
                _("This bridge has no side in %(country)s.") % {"country": country_name(country)},
                column=column,
            )
        elif self.job.side is not None and country != self.job.side.country and country in on_bridge:
            record.refuse(
                _("%(country)s is another side of this bridge than the one chosen for the file.")
                % {"country": country_name(country)},
                column=column,
            )
        elif self.job.side is not None and country != self.job.side.country:
            record.notes.append(
                _("From %(country)s: placed on the side chosen for the file.") % {"country": country_name(country)}
            )

    def side_of(self, country: str) -> Side:
        """The side the file is for, else that of the country."""
        return self.job.side or next(side for side in self.sides if side.country == country)

    def _stored(
        self, records: Iterable[Record]
    ) -> tuple[dict[int, Organisation], dict[int, Membership], dict[int, Listing]]:
        """What the batch touches, fetched at once."""
        organisation_pks: set[int] = set()
        listing_pks: set[int] = set()
        for record in records:
            if record.errors:
                continue
            pk = self._organisation_pk(record)
            if pk is not None:
                organisation_pks.add(pk)
            if record.listing and record.listing_id in self.listing_ids:
                listing_pks.add(self.listing_ids[record.listing_id])
        organisations = Organisation.objects.filter(pk__in=organisation_pks).prefetch_related("sectors").defer("search")
        memberships = Membership.objects.filter(bridge=self.bridge, organisation__in=organisation_pks)
        listings = Listing.objects.filter(pk__in=listing_pks).prefetch_related("sectors").defer("search")
        return (
            {one.pk: one for one in organisations},
            {one.organisation_id: one for one in memberships},
            {one.pk: one for one in listings},
        )

    def _organisation_pk(self, record: Record) -> int | None:
        """The stored organisation a record means: by its number, else one of its name and country on this bridge."""
        pk = self.organisation_ids.get(record.organisation_id)
        if pk is None and record.organisation_id.startswith("~"):
            found = self.names.get((record.name, record.organisation.get("country", "")))
            pk = found if isinstance(found, int) else None
        return pk

    def _plan_row(
        self,
        plan: Plan,
        organisations: dict[int, Organisation],
        memberships: dict[int, Membership],
        listings: dict[int, Listing],
    ) -> None:
        record = plan.record
        if self.job.kind == ImportKind.LISTINGS and not record.listing:
            record.refuse(_("Give the title of the need or offer."), column=self._column("listing.title"))
            return
        known = self.known.get(record.organisation_id)
        if known is not None and self.job.kind == ImportKind.ORGANISATIONS:
            record.refuse(
                _("The same organisation as in row %(row)s.") % {"row": known.row},
                column=self._column("organisation.external_id"),
            )
            return
        if known is None:
            known = self._plan_organisation(plan, organisations, memberships)
        plan.known = known
        if record.listing and known is not None:
            self._plan_listing(plan, known, listings)
        if not record.errors and known is not None:
            self._remember(plan, known)

    def _plan_organisation(
        self, plan: Plan, organisations: dict[int, Organisation], memberships: dict[int, Membership]
    ) -> Known | None:
        record = plan.record
        pk = self._organisation_pk(record)
        stored = organisations.get(pk) if pk is not None else None
        if stored is not None and stored.managed_by_id != self.bridge.pk:
            return self._claimed(plan, stored)
        if stored is None and not record.name:
            record.refuse(_("Give the name in English or in Chinese."), column=self._name_column())
            return None
        if stored is None and self._name_is_taken(record):
            record.refuse(
                _("An organisation of this country with this name is on the bridge already, or in an earlier row."),
                column=self._name_column(),
            )
            return None
        organisation = stored or Organisation(
            managed_by=self.bridge, source=self.source, external_id=record.organisation_id
        )
        part = self._part(
            organisation,
            record,
            {k: v for k, v in record.organisation.items() if stored is None or k not in _FIRST_ONLY},
            fill_organisation,
            ORGANISATION_FIELDS,
            "organisation",
        )
        if part is None:
            return None
        plan.organisation = part
        plan.membership = self._plan_membership(plan, memberships.get(organisation.pk) if stored else None)
        return Known(plan.row.number, organisation.pk, organisation)

    def _claimed(self, plan: Plan, organisation: Organisation) -> Known | None:
        """Its own people run it: an import neither changes it nor speaks for it."""
        if organisation.source == self.source:
            plan.record.notes.append(_("The organisation runs its own profile now: nothing of it was changed."))
            return Known(plan.row.number, organisation.pk, organisation, claimed=True)
        plan.record.refuse(
            _("This organisation runs its own profile on the bridge. Ask its people to make the change."),
            column=self._name_column(),
        )
        return None

    def _plan_membership(self, plan: Plan, stored: Membership | None) -> Part:
        if stored is None:
            side = self.side_of(plan.record.organisation["country"])
            membership = Membership(
                bridge=self.bridge, side=side, state=MembershipState.APPROVED, decided_at=timezone.now()
            )
            return Part(membership, RowOutcome.NEW)
        before = str(stored.state)
        if MEMBERSHIP.allows(before, MembershipState.APPROVED) and before == MembershipState.APPLIED:
            stored.state, stored.decided_at = MembershipState.APPROVED, timezone.now()
            return Part(stored, RowOutcome.CHANGED, state_before=before)
        if before != MembershipState.APPROVED:
            plan.record.notes.append(
                _("Its membership stays as it is: %(state)s.") % {"state": stored.get_state_display()}
            )
        return Part(stored, RowOutcome.SAME)

    def _plan_listing(self, plan: Plan, known: Known, listings: dict[int, Listing]) -> None:
        record = plan.record
        seen = self.listings_seen.get(record.listing_id)
        if seen is not None:
            record.refuse(
                _("The same need or offer as in row %(row)s.") % {"row": seen},
                column=self._column("listing.external_id"),
            )
            return
        stored = listings.get(self.listing_ids.get(record.listing_id, 0))
        if known.claimed:
            return
        if stored is not None and known.pk is not None and stored.organisation_id != known.pk:
            record.refuse(
                _("This number belongs to a need or offer of another organisation."),
                column=self._column("listing.external_id"),
            )
            return
        if stored is not None and stored.state in (ListingState.WITHDRAWN, ListingState.FULFILLED):
            record.notes.append(
                _("It is %(state)s: nothing of it was changed.") % {"state": stored.get_state_display()}
            )
            plan.listing = Part(stored, RowOutcome.SAME)
            return
        listing = stored or Listing(
            bridge=self.bridge, source=self.job.source, external_id=record.listing_id, state=ListingState.DRAFT
        )
        part = self._part(listing, record, record.listing, fill_listing, LISTING_FIELDS, "listing")
        if part is None:
            return
        self._set_state(part, listing, record)
        plan.listing = part

    def _set_state(self, part: Part, listing: Listing, record: Record) -> None:
        """A new one is published, sent to review or expired; a stored one only follows its date."""
        past = record.closed or (listing.valid_until is not None and listing.valid_until < self.today)
        before = str(listing.state)
        if part.outcome == RowOutcome.NEW:
            wanted = ListingState.PUBLISHED if self.mapping.publish else ListingState.IN_REVIEW
            after = ListingState.EXPIRED if past else wanted
            if past:
                record.notes.append(_("Its date has gone by: kept as expired."))
        elif past and LISTING.allows(before, ListingState.EXPIRED):
            after = ListingState.EXPIRED
        elif before == ListingState.EXPIRED and not past and self.mapping.publish:
            after = ListingState.PUBLISHED
        else:
            return
        if after != before:
            listing.state, part.state_before = after, before
            part.outcome = part.outcome if part.outcome == RowOutcome.NEW else RowOutcome.CHANGED
            if after == ListingState.PUBLISHED:
                listing.published_at = listing.published_at or timezone.now()

    def _part(
        self, instance: Any, record: Record, values: dict[str, Any], fill: Any, fields: Sequence[str], of: str
    ) -> Part | None:
        """Set the values on the instance and tell what they change; None when they are refused."""
        values = dict(values)
        sectors = self._sectors_in(values.pop("sectors"), record) if "sectors" in values else None
        is_new = instance.pk is None
        before = {name: getattr(instance, name) for name in fields}
        try:
            fill(instance, values)
            check_fields(instance, exclude=_NOT_CHECKED)
        except InvalidInput as refusal:
            for name, reasons in refusal.errors.items():
                for reason in reasons:
                    record.refuse(reason, column=self._column(f"{of}.{name}"))
            return None
        changed = [name for name in fields if getattr(instance, name) != before[name]]
        if sectors is not None and not is_new and {s.pk for s in sectors} == {s.pk for s in instance.sectors.all()}:
            sectors = None
        if is_new:
            return Part(instance, RowOutcome.NEW, changed, sectors)
        differs = bool(changed) or sectors is not None
        return Part(instance, RowOutcome.CHANGED if differs else RowOutcome.SAME, changed, sectors)

    def _sectors_in(self, words: list[str], record: Record) -> list[Sector]:
        found = {word: self.sectors.get(folded(word)) for word in words}
        unknown = [word for word, sector in found.items() if sector is None]
        if unknown:
            record.notes.append(_("Not sectors of ours, left out: %(words)s.") % {"words": ", ".join(unknown)[:200]})
        sectors = list({sector.pk: sector for sector in found.values() if sector is not None}.values())
        if len(sectors) > MOST_SECTORS:
            record.notes.append(_("Only the first %(most)s sectors were taken.") % {"most": MOST_SECTORS})
        return sectors[:MOST_SECTORS]

    def _name_is_taken(self, record: Record) -> bool:
        country = record.organisation["country"]
        names = (record.organisation.get("name_en", ""), record.organisation.get("name_zh", ""))
        return any((name.casefold(), country) in self.names for name in names if name)

    def _remember(self, plan: Plan, known: Known) -> None:
        record = plan.record
        if record.organisation_id not in self.known:
            self.known[record.organisation_id] = known
            for name in (record.organisation.get("name_en"), record.organisation.get("name_zh")):
                if name:
                    self.names.setdefault((name.casefold(), record.organisation["country"]), record.organisation_id)
        if record.listing:
            self.listings_seen[record.listing_id] = plan.row.number

    def _column(self, code: str) -> str:
        """The column of the file that a field came from, else the field's own name."""
        if column := self.mapping.column_of(code):
            return column
        of, _dot, name = code.partition(".")
        either = self.mapping.column_of(f"{of}.{name.rpartition('_')[0]}")
        return either or (str(TARGETS[code].label) if code in TARGETS else name)

    def _name_column(self) -> str:
        codes = ("organisation.name", "organisation.name_en", "organisation.name_zh")
        return next(
            (c for code in codes if (c := self.mapping.column_of(code))), str(TARGETS["organisation.name"].label)
        )


def organisation_source(job: ImportJob) -> str:
    """Where an organisation's number is from. With the bridge: its organisers never reach another's profiles."""
    return f"{job.bridge_id}:{job.source}"


def _sectors_by_word() -> dict[str, Sector]:
    words: dict[str, Sector] = {}
    for sector in Sector.objects.order_by("-position"):
        for word in (sector.name_zh, sector.name_en, sector.code):
            words[folded(word)] = sector
    return words
