"""`manage.py extract_messages`: the catalogue, brought up to date with the sources."""

from typing import Any

from django.core.management.base import BaseCommand

from qiao.common.translations import CATALOGUE, problems, update


class Command(BaseCommand):
    """Updates the catalogue and says what is still to be translated."""

    help = "Bring the translation catalogue up to date with the sources."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        catalogue = update()
        self.stdout.write(f"{len(catalogue)} messages in {CATALOGUE.name}; {len(problems())} need a translation")
