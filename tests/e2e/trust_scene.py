"""What pages of trust have to show: verification, a request for it, endorsements, reports, and an appeal."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils import timezone

from qiao.accounts.models import User
from qiao.bridges.models import Bridge
from qiao.directory.domain.trust.appealing import appeal_against
from qiao.directory.domain.trust.endorsing import endorse_organisation
from qiao.directory.domain.trust.hiding import hide_listing
from qiao.directory.domain.trust.reporting import report_abuse, reported_listing, reported_organisation
from qiao.directory.domain.trust.verifying import ask_for_verification, record_document, vouch_for
from qiao.directory.models import Appeal, Listing, Report
from tests.factories import UserFactory, affiliate, member, member_listing, staff


@dataclass(frozen=True)
class TrustScene:
    """An undecided report at the desk, and an appeal that waits."""

    report: Report
    appeal: Appeal


def trust_scene(bridge: Bridge, own: Listing, other: Listing, participant: User, organiser: User) -> TrustScene:
    """Everything between a participant's organisation, another's, and the desk."""
    side = bridge.sides.get(country=own.organisation.country)
    side.guiding_body = "Department of Trade"
    side.save()
    colleague = UserFactory()
    staff(bridge, colleague, "owner")
    soon = timezone.localdate() + datetime.timedelta(days=20)
    record_document(
        own.organisation, actor=organiser, bridge=bridge, document_kind="registration", note="Seen.", expires_on=soon
    )
    vouch_for(own.organisation, actor=organiser, side=side)
    record_document(other.organisation, actor=organiser, bridge=bridge, document_kind="tax")
    ask_for_verification(own.organisation, actor=participant, bridge=bridge, note="Companies House no. 01234567")
    author = UserFactory()
    affiliate(author, other.organisation)
    endorse_organisation(
        own.organisation, actor=author, by=other.organisation, bridge=bridge, source="introduction:a", have_met=True,
        text="They keep their word, and their sensors hold what they promise.", language="en",
    )  # fmt: skip
    report_abuse(
        reported_organisation(other.organisation, bridge),
        actor=participant,
        bridge=bridge,
        category="spam",
        text="Ads.",
    )
    report = report_abuse(
        reported_listing(other), actor=UserFactory(), bridge=bridge, category="false", text="They have no such ward."
    )
    accused = UserFactory()
    hidden = member_listing(bridge, organisation=member(bridge, owner=accused), title="Perpetual motion")
    hide_listing(hidden, actor=colleague, reason="It cannot exist.")
    hidden.refresh_from_db()
    appeal = appeal_against(hidden, actor=accused, text="It does exist.")
    mine = member_listing(bridge, organisation=own.organisation, title="An offer out of sight")
    hide_listing(mine, actor=organiser, reason="It says too little.")
    return TrustScene(report, appeal)
