"""One question to each side, 1, 3, 6 and 12 months after an introduction: how is it going?"""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.accounts.models import User
from qiao.common.errors import InvalidInput, NotAllowed, NotFound
from qiao.common.text import clean_line
from qiao.directory.models import Block
from qiao.notifications.domain.telling import tell
from qiao.partnerships.domain.case import locked_case, log, people_of, tell_brokers
from qiao.partnerships.domain.queries.naming import name_of_other
from qiao.partnerships.domain.queries.troubles import keep_held_up
from qiao.partnerships.enums import LIVE, FollowUpAnswer
from qiao.partnerships.models import FollowUp
from qiao.partnerships.rules import acts_for

_SALT = "qiao.partnerships.follow_up"
#: Answers by the link of an e-mail hold for so long.
MAX_AGE_SECONDS = 60 * 24 * 3600


def follow_up_token(follow_up: FollowUp, reader: Any = None) -> str:
    """What lets the reader of an e-mail answer this one question without signing in, and nothing else."""
    said = [follow_up.public_id, *([reader.public_id] if reader is not None else [])]
    return signing.dumps(said, salt=_SALT)


def follow_up_of(token: str) -> FollowUp:
    """The question that a token is for. Raises `NotFound` for a forged or old one."""
    public_id = _said(token)[0]
    found = FollowUp.objects.select_related("introduction__bridge", "organisation").filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def reader_of(token: str) -> Any | None:
    """Whom the message with this token was written to, if they still have an account."""
    said = _said(token)
    return User.objects.filter(public_id=said[1]).first() if len(said) > 1 else None


def _said(token: str) -> list[str]:
    try:
        said = signing.loads(token, salt=_SALT, max_age=MAX_AGE_SECONDS)
    except signing.BadSignature:
        raise NotFound from None
    return said if isinstance(said, list) else [said]  # messages from before it named their reader


@transaction.atomic
def answer_follow_up(follow_up: FollowUp, *, actor: Any, answer: str, comment: str = "") -> FollowUp:
    """Answer, or change the answer. `actor` is None for who has the link of the e-mail.

    A cry for help tells the advisers. Raises `InvalidInput` for an unknown answer.
    """
    if answer not in FollowUpAnswer.values:
        raise InvalidInput(errors={"answer": [_("Choose one of the answers.")]})
    if actor is not None and not acts_for(actor, follow_up.organisation):
        raise NotAllowed
    case = locked_case(follow_up.introduction)
    party = case.parties[follow_up.organisation_id]
    follow_up = FollowUp.objects.select_for_update().get(pk=follow_up.pk)
    before = follow_up.answer
    comment = clean_line(comment)[:500]
    if before == answer and comment in ("", follow_up.comment):
        return follow_up
    follow_up.answer, follow_up.answered_at, follow_up.answered_by = answer, timezone.now(), actor
    follow_up.comment = comment or follow_up.comment
    follow_up.save(update_fields=["answer", "answered_at", "answered_by", "comment", "updated_at"])
    transaction.on_commit(lambda: keep_held_up(case.introduction.pk), robust=True)
    # Not stirred: the order of the other side's list would tell that this one has answered.
    log(
        case, "answer_follow_up", actor=actor, party=party, private=True, before=before, after=answer,
        months=follow_up.months,
    )  # fmt: skip
    if answer == FollowUpAnswer.HELP and before != answer:
        tell_brokers(
            case, "case_help", mail="case_help", key=follow_up.public_id, organisation=party.organisation,
            comment=follow_up.comment,
        )  # fmt: skip
    return follow_up


def send_due_follow_ups(limit: int = 2000) -> int:
    """Ask each side whose day has come, once; returns how many."""
    ids = FollowUp.objects.due().values_list("pk", flat=True)[:limit]
    return sum(_send(pk) for pk in list(ids))


@transaction.atomic
def _send(follow_up_id: int) -> bool:
    follow_up = (
        FollowUp.objects.select_for_update(of=("self",))
        .select_related("introduction__bridge", "introduction__first", "introduction__second", "organisation")
        .get(pk=follow_up_id)
    )
    introduction = follow_up.introduction
    if follow_up.sent_at is not None or follow_up.answered_at is not None or introduction.state not in LIVE:
        return False
    follow_up.sent_at = timezone.now()
    follow_up.save(update_fields=["sent_at", "updated_at"])
    other = next(
        one
        for one in introduction.parties.select_related("organisation")
        if one.organisation_id != follow_up.organisation_id
    )
    if Block.objects.filter(organisation=follow_up.organisation_id, blocked=other.organisation_id).exists():
        return True
    for user in people_of(follow_up.organisation_id):
        token = follow_up_token(follow_up, user)
        name = name_of_other(introduction, other, language=user.language)
        tell(
            user,
            "follow_up",
            topic="collaborations",
            url=f"/follow-up/{token}/",
            bridge=introduction.bridge,
            key=f"follow_up:{follow_up.public_id}",
            mail="follow_up",
            mail_context={
                "introduction": introduction,
                "other_name": name,
                "organisation": follow_up.organisation,
                "follow_up": follow_up,
                "token": token,
                "answers": [(str(value), str(label)) for value, label in FollowUpAnswer.choices],
            },
            subject=name,
        )
    return True
