"""What holds a case up, in the eyes of those who broker."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from qiao.partnerships.enums import Answer, FollowUpAnswer, IntroductionState, MilestoneState, Stage
from qiao.partnerships.models import FollowUp, Introduction, Milestone, Party
from qiao.partnerships.querysets.introductions import IntroductionQuerySet

State = IntroductionState
#: Days without anything happening after which a case is stuck, and days before its date when a request is.
STILL_FOR, LAPSES_WITHIN, WITH_ADVISERS_FOR = 21, 3, 3


def with_troubles(cases: IntroductionQuerySet) -> Any:  # annotated: no type says with what
    """Adds what holds a case up, each as a flag, and `is_stuck` for any of them."""
    now, today = timezone.now(), timezone.localdate()
    of_case = {"introduction": models.OuterRef("pk")}
    unanswered = Party.objects.filter(**of_case, answer=Answer.NONE, asked_at__isnull=False)
    asked_for_help = FollowUp.objects.filter(
        **of_case, answer=FollowUpAnswer.HELP, answered_at__gte=now - datetime.timedelta(days=60)
    )
    open_case = models.Q(state=State.OPEN)
    troubles = {
        "is_overdue": models.Q(open_case, next_step_on__lt=today),
        "is_lapsing": models.Q(
            models.Exists(unanswered),
            state=State.REQUESTED,
            lapses_at__lt=now + datetime.timedelta(days=LAPSES_WITHIN),
        ),
        "is_disputed": models.Q(
            open_case, models.Exists(Milestone.objects.filter(**of_case, state=MilestoneState.DISPUTED))
        ),
        "needs_help": models.Q(open_case, models.Exists(asked_for_help)),
        "is_still": models.Q(open_case, stirred_at__lt=now - datetime.timedelta(days=STILL_FOR))
        & ~models.Q(stage=Stage.OUTCOME),
        "waits_for_advisers": models.Q(
            state=State.WITH_ADVISERS, stirred_at__lt=now - datetime.timedelta(days=WITH_ADVISERS_FOR)
        ),
    }
    flagged = cases.annotate(
        **{
            name: models.ExpressionWrapper(found, output_field=models.BooleanField())
            for name, found in troubles.items()
        }
    )
    anything = models.Q()
    for name in troubles:
        anything |= models.Q(**{name: True})
    return flagged.annotate(is_stuck=models.ExpressionWrapper(anything, output_field=models.BooleanField()))


def keep_held_up(*introduction_ids: int) -> int:
    """Bring the mark that is kept up to date, of these cases or of all; returns how many changed."""
    cases = Introduction.objects.filter(pk__in=introduction_ids) if introduction_ids else Introduction.objects.all()
    flagged = with_troubles(cases)
    changed = 0
    for is_held_up in (True, False):
        ids = flagged.filter(is_stuck=is_held_up, is_held_up=not is_held_up).values("pk")
        changed += Introduction.objects.filter(pk__in=ids).update(is_held_up=is_held_up)
    return changed
