"""Background work of mail."""

from __future__ import annotations

from celery import shared_task

from qiao.notifications.domain.circulating import write_copies
from qiao.notifications.domain.digests import people_with_digests, write_digest
from qiao.notifications.domain.mail import send_mail
from qiao.notifications.enums import CircularState
from qiao.notifications.models import Circular, OutgoingMail


@shared_task(name="notifications.send_mail")
def send_one(mail_id: int) -> bool:
    """Send one message."""
    return send_mail(mail_id)


@shared_task(name="notifications.send_waiting_mail")
def send_waiting_mail() -> int:
    """Send what is due; returns how many went."""
    return sum(send_mail(pk) for pk in OutgoingMail.objects.due().order_by("id").values_list("pk", flat=True)[:200])


@shared_task(name="notifications.write_digests")
def write_digests() -> int:
    """Write the digests whose hour has come; returns how many."""
    return sum(write_digest(pk) is not None for pk in people_with_digests())


@shared_task(name="notifications.write_copies")
def write_copies_of(circular_id: int) -> int:
    """Write the next copies of one letter."""
    return write_copies(circular_id)


@shared_task(name="notifications.go_on_with_circulars")
def go_on_with_circulars() -> int:
    """Go on with every letter that is being sent, and finish those that have gone; returns how many copies."""
    sending = Circular.objects.filter(state=CircularState.SENDING).order_by("pk").values_list("pk", flat=True)
    return sum(write_copies(pk) for pk in list(sending))
