"""`manage.py demonstration_sign_ins`: accounts to try the site with."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from qiao.accounts.models import User
from qiao.demonstration.loading import demonstration_password, sign_ins


class Command(BaseCommand):
    """Prints the demonstration accounts that exist, with their password on this machine."""

    help = "Print the demonstration sign-ins."

    def handle(self, *args: Any, **options: Any) -> None:
        rows = sign_ins()
        known = set(User.objects.filter(email__in=[email for _, email, _ in rows]).values_list("email", flat=True))
        for label, email, _language in rows:
            if email in known:
                self.stdout.write(f"  {label:<28} {email:<40} {demonstration_password()}")
