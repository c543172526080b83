"""`manage.py settings_table`: every setting as a Markdown table, for the README."""

from typing import Any

from django.core.management.base import BaseCommand

from qiao.settings.env import settings_table


class Command(BaseCommand):
    """Prints the table."""

    help = "Print every setting as a Markdown table."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(settings_table())
