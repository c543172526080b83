"""Loading the taxonomy of sectors."""

from __future__ import annotations

from pathlib import Path

import yaml
from django.db import transaction

from qiao.directory.models import Sector

FILE = Path(__file__).resolve().parents[1] / "data" / "sectors.yaml"


@transaction.atomic
def load_sectors() -> int:
    """Make the stored taxonomy that of `sectors.yaml`; returns how many sectors there are. Safe to repeat."""
    position = 0
    for top in yaml.safe_load(FILE.read_text(encoding="utf-8")):
        parent, _ = Sector.objects.update_or_create(
            code=top["code"],
            defaults={"name_en": top["en"], "name_zh": top["zh"], "position": position, "parent": None},
        )
        position += 1
        for child in top["children"]:
            Sector.objects.update_or_create(
                code=child["code"],
                defaults={
                    "name_en": child["en"],
                    "name_zh": child["zh"],
                    "position": position,
                    "parent": parent,
                },
            )
            position += 1
    return position
