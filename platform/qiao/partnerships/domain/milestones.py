"""What came of an introduction: recorded by one side or an organiser, confirmed by both."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from matching.app.enums import ResponseKind
from qiao.activity.domain.outbox import emit
from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.common.money import Currency
from qiao.common.states import move
from qiao.common.text import clean_line, clean_text
from qiao.directory.models import Organisation
from qiao.partnerships.domain.case import Case, locked_case, log, stir, tell_brokers, tell_side
from qiao.partnerships.domain.documents import check_files, keep_files
from qiao.partnerships.domain.teaching import teach, unteach
from qiao.partnerships.enums import (
    STAGE_ORDER,
    AgreementKind,
    Confidentiality,
    IntroductionState,
    MilestoneState,
    Stage,
)
from qiao.partnerships.models import Confirmation, Introduction, Milestone, Party
from qiao.partnerships.rules import acts_for, brokers
from qiao.partnerships.transitions import MILESTONE

#: What may be said of a milestone besides its stage and day.
DETAILS = (
    "comment", "kind", "value_least", "value_most", "currency", "public_funding", "funding_source", "other_parties",
    "starts_on", "ends_on", "confidentiality",
)  # fmt: skip
#: Stages that are an agreement: they have a kind, and may have a value.
AGREED = (Stage.MEMORANDUM, Stage.AGREEMENT, Stage.OUTCOME)


@transaction.atomic
def record_milestone(
    introduction: Introduction,
    *,
    actor: Any,
    stage: str,
    happened_on: datetime.date,
    organisation: Organisation | None = None,
    files: Iterable[Any] = (),
    **details: Any,
) -> Milestone:
    """Record what happened. One's own side confirms it by that; the other is asked to.

    Without an organisation, an organiser records it on behalf of both, and both are asked. Raises `InvalidInput` with
    what is wrong in which field, and keeps nothing then.
    """
    case = _of(introduction, actor, organisation)
    under_way = case.introduction.state in (IntroductionState.OPEN, IntroductionState.PAUSED)
    if not (under_way and case.introduction.is_introduced):
        raise TransitionNotAllowed(_("Only an open introduction has milestones."))
    values = _checked(case, stage, happened_on, details)
    checked = check_files(files)
    same = Milestone.objects.standing().filter(introduction=introduction, stage=stage, happened_on=happened_on)
    there = same.filter(organisation=organisation, kind=values.get("kind", "")).first()
    if there is not None:
        return there  # the button was pressed twice
    milestone = Milestone.objects.create(
        introduction=case.introduction,
        stage=stage,
        happened_on=happened_on,
        recorded_by=actor,
        organisation=organisation,
        **values,
    )
    keep_files(
        checked,
        actor=actor,
        introduction=case.introduction,
        organisation_id=milestone.organisation_id,
        milestone=milestone,
    )
    party = case.party_of(organisation) if organisation is not None else None
    log(
        case,
        "record_milestone",
        actor=actor,
        party=party,
        after=milestone.state,
        milestone=milestone.public_id,
        stage=stage,
    )
    stir(case.introduction)
    if organisation is not None:
        Confirmation.objects.create(milestone=milestone, organisation=organisation, user=actor, agrees=True)
    for one in case:
        if one is not party:
            tell_side(
                case,
                one,
                "milestone_recorded",
                mail="milestone_recorded",
                key=milestone.public_id,
                topic="collaborations",
                milestone=milestone,
            )
    return milestone


def record_agreed_milestone(
    case: Case, *, stage: str, happened_on: datetime.date, said_by: Mapping[int, Any], comment: str = ""
) -> Milestone:
    """Record what both sides have said elsewhere: it is confirmed by that. `said_by` has a person of each side.

    The caller holds the case's lock. Where the same stands for that day already, that is confirmed instead.
    """
    same = Milestone.objects.standing().filter(introduction=case.introduction, stage=stage, happened_on=happened_on)
    milestone = same.order_by("pk").first()
    if milestone is not None and milestone.state == MilestoneState.CONFIRMED:
        return milestone
    if milestone is None:
        milestone = Milestone.objects.create(
            introduction=case.introduction, stage=stage, happened_on=happened_on, comment=comment
        )
        log(case, "record_milestone", actor=None, after=milestone.state, milestone=milestone.public_id, stage=stage)
    for organisation_id, user in said_by.items():
        Confirmation.objects.update_or_create(
            milestone=milestone, organisation_id=organisation_id, defaults={"user": user, "agrees": True}
        )
    before = move(milestone, MILESTONE, MilestoneState.CONFIRMED)
    stir(case.introduction)
    log(case, "confirm_milestone", actor=None, before=before, after=milestone.state, milestone=milestone.public_id)
    _settle(case, None)
    emit("milestone.confirmed", introduction_id=case.introduction.pk, milestone_id=milestone.pk)
    _tell_all(case, "milestone_confirmed", milestone)
    return milestone


@transaction.atomic
def confirm_milestone(milestone: Milestone, *, actor: Any, organisation: Organisation, comment: str = "") -> Milestone:
    """Say for one side that it is so. When both have, it counts: figures, the stage, and the matcher learn of it.

    A broker may say it for a side that has told them: that is kept beside it.
    """
    return _judge(milestone, actor, organisation, agrees=True, comment=comment)


@transaction.atomic
def dispute_milestone(milestone: Milestone, *, actor: Any, organisation: Organisation, comment: str) -> Milestone:
    """Say for one side that it is not so, and why. The other side and the advisers are told."""
    if not clean_line(comment):
        raise InvalidInput(errors={"comment": [_("Say what is not right.")]})
    return _judge(milestone, actor, organisation, agrees=False, comment=comment)


@transaction.atomic
def withdraw_milestone(milestone: Milestone, *, actor: Any, organisation: Organisation | None = None) -> Milestone:
    """Take back what one's own side has recorded, before or after it was confirmed; a broker may take back any."""
    case = _of(milestone.introduction, actor, organisation)
    milestone = Milestone.objects.select_for_update().get(pk=milestone.pk)
    if organisation is not None and milestone.organisation_id != organisation.pk:
        raise NotAllowed
    before = move(milestone, MILESTONE, MilestoneState.WITHDRAWN)
    party = case.party_of(organisation) if organisation is not None else None
    log(
        case, "withdraw_milestone", actor=actor, party=party, before=before, after=milestone.state,
        milestone=milestone.public_id,
    )  # fmt: skip
    _settle(case, actor)
    for one in case:
        if one is not party:
            tell_side(
                case, one, "milestone_withdrawn", mail="milestone_withdrawn", key=milestone.public_id,
                topic="collaborations", milestone=milestone,
            )  # fmt: skip
    return milestone


def _judge(milestone: Milestone, actor: Any, organisation: Organisation, *, agrees: bool, comment: str) -> Milestone:
    own = acts_for(actor, organisation)
    if not own and not brokers(actor, milestone.introduction):
        raise NotAllowed
    case = locked_case(milestone.introduction)
    party = case.party_of(organisation)
    milestone = Milestone.objects.select_for_update().get(pk=milestone.pk)
    before = milestone.state
    if before in (MilestoneState.WITHDRAWN, MilestoneState.CONFIRMED):
        if before == MilestoneState.CONFIRMED and agrees:
            return milestone
        raise TransitionNotAllowed
    Confirmation.objects.update_or_create(
        milestone=milestone,
        organisation=organisation,
        defaults={"user": actor, "by_organiser": not own, "agrees": agrees, "comment": clean_line(comment)[:500]},
    )
    said = dict(milestone.confirmations.values_list("organisation_id", "agrees"))
    if not all(said.values()):
        after = MilestoneState.DISPUTED
    elif len(said) == len(case.parties):
        after = MilestoneState.CONFIRMED
    else:
        after = MilestoneState.AWAITING
    if after != before:
        move(milestone, MILESTONE, after)
    stir(case.introduction)
    log(
        case, "confirm_milestone" if agrees else "dispute_milestone", actor=actor, party=party, before=before,
        after=after, milestone=milestone.public_id, on_behalf=not own,
    )  # fmt: skip
    if after == MilestoneState.CONFIRMED:
        _settle(case, actor)
        emit("milestone.confirmed", introduction_id=case.introduction.pk, milestone_id=milestone.pk)
        _tell_all(case, "milestone_confirmed", milestone)
    elif after == MilestoneState.DISPUTED and not agrees:
        _tell_all(case, "milestone_disputed", milestone, but=party)
        tell_brokers(case, "case_disputed", mail="case_disputed", key=milestone.public_id, milestone=milestone)
    return milestone


def _settle(case: Case, actor: Any) -> None:
    """The stage is the furthest that both sides confirm; what the matcher learns follows it."""
    reached = list(Milestone.objects.confirmed().filter(introduction=case.introduction).values_list("stage", flat=True))
    found = case.introduction
    found.stage = max([Stage.INTRODUCED, *reached], key=lambda stage: STAGE_ORDER[stage])
    found.save(update_fields=["stage", "updated_at"])
    held = bool(reached)
    agreed = any(STAGE_ORDER[stage] >= STAGE_ORDER[Stage.MEMORANDUM] for stage in reached)
    for party in case:
        for kind, is_so in ((ResponseKind.MEETING, held), (ResponseKind.AGREEMENT, agreed)):
            if is_so:
                teach(case, party, actor=actor, kind=kind)
            else:
                unteach(case, party, kind=kind)


def _tell_all(case: Case, kind: str, milestone: Milestone, *, but: Party | None = None) -> None:
    for party in case:
        if party is not but:
            tell_side(
                case, party, kind, mail=kind, key=f"{milestone.public_id}:{milestone.updated_at}",
                topic="collaborations", milestone=milestone,
            )  # fmt: skip


def _checked(case: Case, stage: str, happened_on: datetime.date, details: dict[str, Any]) -> dict[str, Any]:
    unknown = set(details) - set(DETAILS)
    if unknown:
        raise TypeError(f"unknown details: {sorted(unknown)}")
    errors: dict[str, list[str]] = {}
    if stage not in Stage.values or stage == Stage.INTRODUCED:
        errors["stage"] = [_("Choose what happened.")]
    today = timezone.localdate() + datetime.timedelta(days=1)  # it may be tomorrow already at the other end
    if happened_on > today:
        errors["happened_on"] = [_("Record it when it has happened: this day is to come.")]
    values = {name: value for name, value in details.items() if value not in (None, "")}
    for name in ("comment", "funding_source", "other_parties"):
        if name in values:
            limit = Milestone._meta.get_field(name).max_length  # type: ignore[union-attr]
            values[name] = clean_text(str(values[name])) if name == "comment" else clean_line(str(values[name]))
            if limit is not None and len(values[name]) > limit:
                errors[name] = [_("Keep it under %(limit)s characters.") % {"limit": limit}]
    if stage == Stage.AGREEMENT and "kind" not in values:
        errors["kind"] = [_("Choose the kind of agreement.")]
    for name, choices in (("kind", AgreementKind), ("currency", Currency), ("confidentiality", Confidentiality)):
        if name in values and values[name] not in choices.values:
            errors[name] = [_("Choose one of the list.")]
    if stage not in AGREED:
        for name in ("kind", "value_least", "value_most", "public_funding"):
            values.pop(name, None)
    least, most = values.get("value_least"), values.get("value_most")
    for name in ("value_least", "value_most", "public_funding"):
        if name in values and not 0 <= int(values[name]) < 10**15:
            errors[name] = [_("Enter an amount from 0.")]
    if least is not None and most is not None and least > most:
        errors["value_most"] = [_("The upper end is below the lower one.")]
    if any(name in values for name in ("value_least", "value_most", "public_funding")) and "currency" not in values:
        errors["currency"] = [_("Choose the currency.")]
    starts, ends = values.get("starts_on"), values.get("ends_on")
    if starts and ends and starts > ends:
        errors["ends_on"] = [_("It ends before it starts.")]
    if errors:
        raise InvalidInput(errors=errors)
    return values


def _of(introduction: Introduction, actor: Any, organisation: Organisation | None) -> Case:
    if organisation is None:
        if not brokers(actor, introduction):
            raise NotAllowed
        return locked_case(introduction)
    if not acts_for(actor, organisation):
        raise NotAllowed
    case = locked_case(introduction)
    case.party_of(organisation)
    return case
