"""Reports of abuse: made by anybody who is signed in, decided at the desk, never traced to who made them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.accounts.models import User
from qiao.activity.domain.audit import record
from qiao.bridges.models import Bridge
from qiao.common.errors import Duplicate, InvalidInput, NotAllowed
from qiao.common.states import move
from qiao.common.text import clean_text
from qiao.common.validation import check_model
from qiao.directory import trust_rules as may
from qiao.directory.domain.suspending import suspend_membership
from qiao.directory.domain.trust.endorsing import hide_endorsement
from qiao.directory.domain.trust.hiding import hide_listing
from qiao.directory.domain.trust.notices import TOPIC, tell_organisers
from qiao.directory.enums import MembershipState
from qiao.directory.models import Endorsement, Listing, Membership, Organisation, Report
from qiao.directory.models.moderation import SNAPSHOT_LENGTH, WORDS_LENGTH
from qiao.directory.rules import role_in
from qiao.directory.transitions import REPORT
from qiao.directory.trust_words import Measure, ReportState
from qiao.notifications.domain.telling import tell

#: Reports of one person in a day: enough for who has found a nest of them, too few to drown the desk.
MOST_A_DAY = 10


@dataclass(frozen=True)
class Reported:
    """What is reported, of whatever app: `snapshot` is what it says now, `url` where the desk finds it.

    `back` is where the reporter came from, if that is another page.
    """

    subject_type: str
    subject_id: str
    label: str
    snapshot: str
    organisation: Organisation | None
    url: str = ""
    back: str = ""

    @property
    def page(self) -> str:
        """Where the reporter finds it."""
        return self.back or self.url


def reported_organisation(organisation: Organisation, bridge: Bridge) -> Reported:
    """An organisation's profile."""
    parts = (
        organisation.name_en, organisation.name_zh, organisation.website, organisation.summary_en,
        organisation.summary_zh, organisation.description_en, organisation.description_zh,
    )  # fmt: skip
    return Reported(
        subject_type=organisation._meta.label_lower,
        subject_id=organisation.public_id,
        label=organisation.name,
        snapshot="\n\n".join(filter(None, parts)),
        organisation=organisation,
        url=f"/{bridge.slug}/organisations/{organisation.public_id}/",
    )


def reported_listing(listing: Listing) -> Reported:
    """A need or an offer."""
    parts = (listing.title, listing.text, listing.other_title, listing.other_text)
    return Reported(
        subject_type=listing._meta.label_lower,
        subject_id=listing.public_id,
        label=listing.title,
        snapshot="\n\n".join(filter(None, parts)),
        organisation=listing.organisation,
        url=f"/{listing.bridge.slug}/listings/{listing.public_id}/",
    )


def reported_endorsement(endorsement: Endorsement) -> Reported:
    """An endorsement: what its author's organisation answers for."""
    return Reported(
        subject_type=endorsement._meta.label_lower,
        subject_id=endorsement.public_id,
        label=_("Endorsement by %(organisation)s") % {"organisation": endorsement.by.name},
        snapshot=endorsement.text,
        organisation=endorsement.by,
        url=f"/{endorsement.bridge.slug}/organisations/{endorsement.of.public_id}/",
    )


@transaction.atomic
def report_abuse(subject: Reported, *, actor: Any, bridge: Bridge, category: str, text: str) -> Report:
    """Put something before the organisers of a bridge.

    Raises `Duplicate` while the person's report of it is undecided, `InvalidInput` for one's own organisation, for too
    many in a day, and for no words.
    """
    if not getattr(actor, "is_authenticated", False):
        raise NotAllowed
    User.objects.select_for_update().get(pk=actor.pk)  # two at once are still counted one after the other
    if subject.organisation is not None and role_in(actor, subject.organisation) is not None:
        raise InvalidInput(_("This is of your own organisation."))
    made = Report.objects.made_by(actor)
    if (
        made.undecided()
        .filter(bridge=bridge, subject_type=subject.subject_type, subject_id=subject.subject_id)
        .exists()
    ):
        raise Duplicate(_("You have reported this. The organisers are looking into it."))
    if made.filter(created_at__gt=timezone.now() - timedelta(days=1)).count() >= MOST_A_DAY:
        raise InvalidInput(_("You have made many reports today. Write to the organisers if there is more."))
    text = clean_text(text)
    if len(text) > WORDS_LENGTH:
        raise InvalidInput(errors={"text": [_("Keep it under 2,000 characters.")]})
    report = Report(
        bridge=bridge,
        organisation=subject.organisation,
        subject_type=subject.subject_type,
        subject_id=subject.subject_id,
        label=subject.label[:200],
        url=subject.url,
        snapshot=subject.snapshot[:SNAPSHOT_LENGTH],
        category=category,
        text=text,
        reporter=actor,
    )
    check_model(report)
    report.save()
    # Private and of no organisation: in nobody's log, since the reported may have a friend at the desk.
    record("report_abuse", report, actor=actor, bridge_id=bridge.pk, after=report.state, private=True)
    tell_organisers(
        bridge,
        "report_made",
        url=f"/organiser/{bridge.slug}/reports/{report.public_id}/",
        subject=str(report.get_category_display()),
        unless_of=subject.organisation,
    )
    return report


@transaction.atomic
def look_into_report(report: Report, *, actor: Any) -> Report:
    """Take a report in hand: the others at the desk see who."""
    report = _locked(report, actor)
    before = move(report, REPORT, ReportState.LOOKING)
    report.looked_into_by = actor
    report.save(update_fields=["looked_into_by"])
    _recorded("look_into_report", report, actor=actor, before=before)
    return report


@transaction.atomic
def put_report_back(report: Report, *, actor: Any) -> Report:
    """Let somebody else look into it."""
    report = _locked(report, actor)
    before = move(report, REPORT, ReportState.OPEN)
    report.looked_into_by = None
    report.save(update_fields=["looked_into_by"])
    _recorded("put_report_back", report, actor=actor, before=before)
    return report


@transaction.atomic
def decide_report(
    report: Report,
    *,
    actor: Any,
    upheld: bool,
    reason: str,
    note_to_reporter: str = "",
    measure: str = Measure.NONE,
) -> Report:
    """Uphold or dismiss a report, take the measure, and tell the reporter.

    `reason` is for the desk, and for the organisation if a measure follows; the reporter reads `note_to_reporter` only.

    Raises `InvalidInput` without a reason, and for a measure that cannot be taken.
    """
    reason, note_to_reporter = clean_text(reason), clean_text(note_to_reporter)
    if not reason:
        raise InvalidInput(errors={"reason": [_("Say why.")]})
    for name, words in (("reason", reason), ("note_to_reporter", note_to_reporter)):
        if len(words) > WORDS_LENGTH:
            raise InvalidInput(errors={name: [_("Keep it under 2,000 characters.")]})
    if measure not in Measure.values or (measure != Measure.NONE and not upheld):
        raise InvalidInput(errors={"measure": [_("A measure follows only from a report that is upheld.")]})
    report = _locked(report, actor)
    before = move(report, REPORT, ReportState.UPHELD if upheld else ReportState.DISMISSED)
    report.decided_by, report.decided_at = actor, timezone.now()
    report.reason, report.note_to_reporter, report.measure = reason, note_to_reporter, measure
    report.save(update_fields=["decided_by", "decided_at", "reason", "note_to_reporter", "measure"])
    _recorded("decide_report", report, actor=actor, before=before, measure=measure)
    if measure == Measure.SUSPEND:
        suspend_membership(_membership_of(report), actor=actor, reason=reason)
    elif measure == Measure.HIDE:
        _hide_subject(report, actor=actor, reason=reason)
    if report.reporter is not None:
        tell(
            report.reporter,
            "report_decided",
            topic=TOPIC,
            url="/settings/reports/",
            bridge=report.bridge,
            mail="report_decided",
            mail_context={"upheld": upheld, "reason": note_to_reporter},
            subject=report.label,
        )
    return report


def measures_for(report: Report) -> list[Measure]:
    """Measures that can be taken on what is reported, as it stands now."""
    found = [Measure.NONE]
    if report.subject_type == Endorsement._meta.label_lower or _hideable_listing(report) is not None:
        found.append(Measure.HIDE)
    if _approved_membership(report) is not None:
        found.append(Measure.SUSPEND)
    return found


def _hide_subject(report: Report, *, actor: Any, reason: str) -> None:
    listing = _hideable_listing(report)
    if listing is not None:
        hide_listing(listing, actor=actor, reason=reason)
        return
    endorsement = Endorsement.objects.filter(public_id=report.subject_id, bridge=report.bridge).first()
    if report.subject_type != Endorsement._meta.label_lower or endorsement is None:
        raise InvalidInput(errors={"measure": [_("This cannot be taken out of sight here.")]})
    hide_endorsement(endorsement, actor=actor)


def _hideable_listing(report: Report) -> Listing | None:
    if report.subject_type != Listing._meta.label_lower:
        return None
    listings = Listing.objects.filter(public_id=report.subject_id, bridge=report.bridge)
    return listings.exclude(state__in=("withdrawn", "draft", "fulfilled")).first()


def _approved_membership(report: Report) -> Membership | None:
    if report.organisation is None:
        return None
    return Membership.objects.filter(
        bridge=report.bridge, organisation=report.organisation, state=MembershipState.APPROVED
    ).first()


def _membership_of(report: Report) -> Membership:
    membership = _approved_membership(report)
    if membership is None:
        raise InvalidInput(errors={"measure": [_("The organisation is no member that could be suspended.")]})
    return membership


def _locked(report: Report, actor: Any) -> Report:
    """Raises `NotAllowed` for who does not run the bridge, or is one of the reported organisation's people."""
    if not may.moderates_on(actor, report.bridge, report.organisation):
        raise NotAllowed
    # Those it points at may be missing: only the row itself is locked.
    return (
        Report.objects.select_for_update(of=("self",))
        .select_related("bridge", "organisation", "reporter")
        .get(pk=report.pk)
    )


def _recorded(verb: str, report: Report, *, actor: Any, before: str, **detail: str) -> None:
    """For the desk: the organisation reads of the measure, not of the report."""
    record(verb, report, actor=actor, bridge_id=report.bridge_id, before=before, after=report.state, detail=detail)
