"""Who runs a workshop."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from qiao.accounts.models import User
from qiao.common.errors import InvalidInput
from qiao.notifications.domain.telling import tell
from qiao.workshops.domain.audience import TOPIC, desk_path_of
from qiao.workshops.domain.log import log_act
from qiao.workshops.domain.setting_up import owned
from qiao.workshops.enums import WorkshopRole
from qiao.workshops.models import Workshop, WorkshopStaff


@transaction.atomic
def set_workshop_roles(workshop: Workshop, *, actor: Any, user: User, roles: Iterable[str]) -> set[str]:
    """Give somebody these roles and no others; none takes them off. Raises `InvalidInput` for the last owner.

    Who runs the bridge may do everything without being named here.
    """
    workshop = owned(workshop, actor)
    wanted = set(roles)
    if not wanted <= set(WorkshopRole.values):
        raise InvalidInput(errors={"roles": [_("Choose roles from the list.")]})
    staff = list(WorkshopStaff.objects.select_for_update().filter(workshop=workshop))
    before = {one.role for one in staff if one.user_id == user.pk}
    owners = {one.user_id for one in staff if one.role == WorkshopRole.OWNER}
    if WorkshopRole.OWNER not in wanted and owners == {user.pk}:
        raise InvalidInput(_("A workshop keeps one owner: name another one first."))
    WorkshopStaff.objects.filter(workshop=workshop, user=user).exclude(role__in=wanted).delete()
    for role in sorted(wanted - before):
        WorkshopStaff.objects.create(workshop=workshop, user=user, role=role)
    user.__dict__.pop("_workshop_roles_by_id", None)
    if wanted != before:
        log_act(
            workshop,
            "set_workshop_roles",
            actor=actor,
            before=", ".join(sorted(before)),
            after=", ".join(sorted(wanted)),
            detail={"user": user.pk},
        )
        if wanted and not before and user.pk != getattr(actor, "pk", None):
            tell(
                user,
                "workshop_role",
                topic=TOPIC,
                url=desk_path_of(workshop),
                bridge=workshop.bridge,
                mail="workshop_role",
                mail_context={"workshop": workshop, "roles": [WorkshopRole(role).label for role in sorted(wanted)]},
                subject=str(workshop.name),
            )
    return wanted
