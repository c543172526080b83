"""`manage.py compile_messages`: the binary catalogue that Django reads."""

from typing import Any

from django.core.management.base import BaseCommand

from qiao.common.translations import compile_catalogue


class Command(BaseCommand):
    """Compiles the catalogue if it has changed."""

    help = "Compile the translation catalogue."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write("compiled" if compile_catalogue() else "up to date")
