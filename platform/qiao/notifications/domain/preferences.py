"""Which messages a person wants by e-mail, and when. The inbox on the site has all of them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from qiao.activity.domain.audit import record
from qiao.common.errors import InvalidInput, NotAllowed
from qiao.common.time_zones import time_zone
from qiao.notifications.enums import Delivery, DigestRhythm, Topic
from qiao.notifications.models import MailPreference, Notification
from qiao.notifications.timing import end_of_quiet

TOPICS = tuple(topic.value for topic in Topic)


@dataclass(frozen=True, kw_only=True)
class Timing:
    """When a person is mailed: their digest, and the hours in which nothing comes."""

    digest_every: str = DigestRhythm.DAILY
    digest_weekday: int = 0
    digest_hour: int = 8
    quiet_from: time | None = None
    quiet_until: time | None = None


def mail_preferences_of(user: Any) -> MailPreference:
    """What the person chose; who never chose gets everything at once."""
    return MailPreference.objects.filter(user=user).first() or MailPreference(user=user)


def delivery_of(user: Any, topic: str) -> Delivery:
    """How the person hears of this topic besides the inbox."""
    return mail_preferences_of(user).delivery_of(topic)


def wants_mail(user: Any, topic: str) -> bool:
    """Whether the person wants messages on this topic by e-mail at once."""
    return delivery_of(user, topic) == Delivery.AT_ONCE


def end_of_quiet_hours(preference: MailPreference, *, now: datetime) -> datetime | None:
    """When the person may be mailed again, or None if they may now."""
    start, end = preference.quiet_from, preference.quiet_until
    if start is None or end is None:
        return None
    return end_of_quiet(now, start=start, end=end, zone=zone_of(preference.user))


def zone_of(user: Any) -> Any:
    """The person's time zone, else the site's."""
    return time_zone(user.time_zone) or time_zone(settings.TIME_ZONE)


@transaction.atomic
def set_mail_preferences(
    user: Any, *, actor: Any, timing: Timing | None = None, **topics: bool | str
) -> MailPreference:
    """Choose how each topic given is delivered, and when mail comes; what is not given stays.

    A topic is a `Delivery`; True and False stand for at once and only on the site. Lines that wait for a digest on a
    topic that is no longer mailed are not mailed.

    Raises `InvalidInput` for quiet hours without a beginning or an end, or of no length.
    """
    if actor.pk != user.pk:
        raise NotAllowed
    unknown = set(topics) - set(TOPICS)
    if unknown:
        raise TypeError(f"unknown topics: {sorted(unknown)}")
    values: dict[str, Any] = {}
    if timing is not None:
        _check(timing)
        values |= asdict(timing)
    MailPreference.objects.get_or_create(user=user)
    preference = MailPreference.objects.select_for_update().get(user=user)
    digest = set(preference.in_digest)
    for topic, chosen in topics.items():
        delivery = _delivery(chosen)
        values[topic] = delivery != Delivery.SITE
        digest = digest | {topic} if delivery == Delivery.DIGEST else digest - {topic}
        if delivery == Delivery.SITE:
            Notification.objects.filter(user=user, topic=topic, in_digest=True).update(in_digest=False)
    for name, value in values.items():
        setattr(preference, name, value)
    preference.in_digest = sorted(digest)
    preference.save()
    record("set_mail_preferences", preference, actor=actor)
    return preference


def _delivery(chosen: bool | str) -> Delivery:
    if isinstance(chosen, bool):
        return Delivery.AT_ONCE if chosen else Delivery.SITE
    return Delivery(chosen)


def _check(timing: Timing) -> None:
    if (timing.quiet_from is None) != (timing.quiet_until is None):
        missing = "quiet_from" if timing.quiet_from is None else "quiet_until"
        raise InvalidInput(errors={missing: [_("Give both the beginning and the end, or neither.")]})
    if timing.quiet_from is not None and timing.quiet_from == timing.quiet_until:
        raise InvalidInput(errors={"quiet_until": [_("Quiet hours end at another time than they begin.")]})
