"""The standards bodies that are known from the start."""

from __future__ import annotations

from importlib.resources import files

import yaml
from django.db import transaction
from i18nfield.strings import LazyI18nString

from qiao.standards.models import StandardsBody


@transaction.atomic
def load_bodies() -> int:
    """Write the bodies of `data/bodies.yaml`; returns how many were new. What organisers changed since stays."""
    rows = yaml.safe_load(files("qiao.standards").joinpath("data/bodies.yaml").read_text(encoding="utf-8"))
    known = set(StandardsBody.objects.values_list("code", flat=True))
    made = [
        StandardsBody(
            code=row["code"],
            kind=row["kind"],
            country=row.get("country", ""),
            website=row["website"],
            name=LazyI18nString(row["name"]),
            joining=LazyI18nString({code: text.strip() for code, text in row["joining"].items()}),
            joins_through_national_body=row.get("national", False),
            position=position,
        )
        for position, row in enumerate(rows)
        if row["code"] not in known
    ]
    StandardsBody.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)
