"""What participants say of a workshop and its sessions, and asking them once for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.common.text import clean_text
from qiao.common.validation import check_model
from qiao.notifications.domain.telling import tell
from qiao.workshops.domain.log import log_act
from qiao.workshops.enums import RegistrationState, SessionState, WorkshopState
from qiao.workshops.models import Feedback, Registration, Session, Workshop

#: Feedback is taken for so long after the last day, and asked for the day after it.
TAKEN_FOR = timedelta(days=60)


def takes_feedback(workshop: Workshop) -> bool:
    """From the first moment of the workshop until some weeks after it."""
    now = timezone.now()
    return (
        workshop.state in (WorkshopState.PUBLISHED, WorkshopState.ENDED)
        and workshop.starts_at <= now < workshop.ends_at + TAKEN_FOR
    )


@transaction.atomic
def give_feedback(
    registration: Registration,
    *,
    actor: Any,
    session: Session | None = None,
    mark: int | None = None,
    good: str = "",
    better: str = "",
    is_anonymous: bool = False,
) -> Feedback:
    """Say what one thinks of the workshop, or of a session; saying it again replaces it.

    Raises `NotAllowed` for anybody but the participant, `TransitionNotAllowed` outside its time, and `InvalidInput`.
    """
    if registration.user_id != actor.pk or registration.state != RegistrationState.CONFIRMED:
        raise NotAllowed
    workshop = registration.workshop
    if not takes_feedback(workshop):
        raise TransitionNotAllowed(_("Feedback is taken from the first day until some weeks after the workshop."))
    if session is not None and (session.workshop_id != workshop.pk or session.state != SessionState.ACTIVE):
        raise InvalidInput(_("Choose a session of this workshop."))
    good, better = clean_text(good), clean_text(better)
    if mark is None and not good and not better:
        raise InvalidInput(_("Give a mark, or write a few words."), errors={"mark": [_("Choose a mark.")]})
    # One row a person and session: the registration's lock keeps two clicks apart.
    Registration.objects.select_for_update(no_key=True).get(pk=registration.pk)
    said, _made = Feedback.objects.get_or_create(registration=registration, session=session, workshop=workshop)
    said.mark, said.good, said.better, said.is_anonymous = mark, good, better, is_anonymous
    check_model(said)
    said.save()
    # The log names nobody who wants not to be named: it tells that something was said, not by whom.
    log_act(workshop, "give_feedback", actor=None if is_anonymous else actor)
    return said


def ask_for_feedback() -> int:
    """Ask those who took part in workshops that have just ended, once each; returns how many were asked."""
    today = timezone.now().date()
    ended = Workshop.objects.filter(
        state__in=(WorkshopState.PUBLISHED, WorkshopState.ENDED),
        last_day__gte=today - timedelta(days=14),
        last_day__lt=today,
    ).select_related("bridge")
    return sum(_ask(workshop) for workshop in ended if workshop.ends_at <= timezone.now())


@transaction.atomic
def _ask(workshop: Workshop) -> int:
    asked = 0
    people = Registration.objects.of_workshop(workshop).confirmed().filter(no_show_at=None, user__isnull=False)
    for one in people.exclude(feedback__session=None, feedback__isnull=False).select_related("user"):
        line = tell(
            one.user,
            "feedback_wanted",
            topic="workshops",
            url=f"/{workshop.bridge.slug}/workshops/{workshop.public_id}/feedback/",
            bridge=workshop.bridge,
            key=f"feedback_wanted:{workshop.public_id}",
            mail="feedback_wanted",
            mail_context={"workshop": workshop},
            subject=str(workshop.name),
        )
        asked += line is not None
    return asked
