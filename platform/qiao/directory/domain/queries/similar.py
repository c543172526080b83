"""Organisations that may be the one somebody is about to add again."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Q
from django.db.models.functions import Length

from qiao.common.text import clean_line
from qiao.directory.models import Organisation

# Legal forms: "Tidewell Surgical Ltd" is Tidewell Surgical.
_LEGAL_FORM = re.compile(
    r"[\s,.(（]*\b(?:ltd|limited|llp|llc|plc|inc|corp|corporation|co|company|gmbh|b\.?v|s\.?a|pte|pty)\b[.)）]*\s*$",
    re.IGNORECASE,
)
_LEGAL_FORM_ZH = re.compile("(?:集团)?(?:股份)?(?:有限)?(?:责任)?公司$")
SHORTEST = {True: 2, False: 3}


def essential_name(name: str) -> str:
    """A name without its legal form, however many endings there are ("Co., Ltd.")."""
    name = clean_line(name)
    while True:
        shorter = _LEGAL_FORM_ZH.sub("", _LEGAL_FORM.sub("", name)).strip(" ,.")
        if shorter == name or not shorter:
            return name
        name = shorter


def similar_organisations(name: str, *, user: Any, limit: int = 5) -> list[Organisation]:
    """Organisations the person may see whose name holds this one without its legal form. Too short a name: none."""
    essence = essential_name(name[:160])
    if len(essence) < SHORTEST[not essence.isascii()]:
        return []
    found = (
        Organisation.objects.visible_to(user)
        .filter(Q(name_en__icontains=essence) | Q(name_zh__icontains=essence))
        .order_by(Length("name_en") + Length("name_zh"), "id")
    )
    return list(found[:limit])
