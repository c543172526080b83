"""`manage.py load_demonstration`: the demonstration bridges, loaded once."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from qiao.demonstration.loading import load_demonstration


class Command(BaseCommand):
    """Loads the demonstration bridges that are not there yet."""

    help = "Load the demonstration bridges, once. Refused in production unless --force is given."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--force", action="store_true", help="load into a production database too")

    def handle(self, *args: Any, force: bool = False, **options: Any) -> None:
        if settings.QIAO_ENV == "production" and not force:
            raise CommandError("This would load invented organisations into production. Give --force if you mean it.")
        for line in load_demonstration():
            self.stdout.write(line)
