"""Asking to join an organisation that is on the site already."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.accounts.models import User
from qiao.activity.domain.audit import record
from qiao.activity.models import AuditEntry
from qiao.bridges.models import Bridge
from qiao.bridges.rules import RUNS
from qiao.common.errors import Duplicate, NotFound
from qiao.directory.enums import PersonRole
from qiao.directory.models import Organisation
from qiao.directory.rules import role_in
from qiao.notifications.domain.telling import tell
from qiao.notifications.enums import Topic

ASK_AGAIN_AFTER = timedelta(days=7)


@transaction.atomic
def ask_to_join(organisation: Organisation, *, actor: Any, bridge: Bridge) -> int:
    """Tell the owners, or the organisers who manage the profile, that a person wants to join; returns how many.

    Raises `Duplicate` for one who belongs to it or asked within a week, `NotFound` when the actor may not see it.
    """
    if not Organisation.objects.visible_to(actor).filter(pk=organisation.pk).exists():
        raise NotFound
    if role_in(actor, organisation) is not None:
        raise Duplicate(_("You are with this organisation already."))
    lately = AuditEntry.objects.about(organisation).filter(
        verb="ask_to_join", actor_id=actor.pk, at__gt=timezone.now() - ASK_AGAIN_AFTER
    )
    if lately.exists():
        raise Duplicate(_("You have asked already. You can ask again after a week."))
    owners = list(User.objects.filter(affiliations__organisation=organisation, affiliations__role=PersonRole.OWNER))
    url = f"/{bridge.slug}/my/people/?{urlencode({'organisation': organisation.public_id, 'email': actor.email})}"
    if not owners:
        managing = organisation.managed_by or bridge
        owners = list(User.objects.filter(bridge_roles__bridge=managing, bridge_roles__role__in=RUNS))
        url = f"/organiser/{managing.slug}/"
    for owner in owners:
        tell(
            owner,
            "join_requested",
            topic=Topic.TRUST,
            url=url,
            bridge=bridge,
            mail="join_requested",
            mail_context={
                "person": owner,
                "asker": actor,
                "organisation": organisation,
                "url": settings.SITE_URL + url,
                "managed": organisation.managed_by is not None,
            },
            subject=organisation.name_en or organisation.name_zh,
        )
    record("ask_to_join", organisation, actor=actor, bridge_id=bridge.pk, organisation_id=organisation.pk)
    return len(owners)
