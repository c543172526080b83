"""`manage.py check_messages`: fails when a string of the interface is not translated."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from qiao.common.translations import problems


class Command(BaseCommand):
    """Says what is missing, and fails if anything is."""

    help = "Check that every string of the interface is translated."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        found = problems()
        for problem in found:
            self.stderr.write(f"{problem.what}: {problem.message!r}")
        if found:
            raise CommandError(f"{len(found)} messages need work: `make messages`, then translate them.")
