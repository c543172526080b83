"""`manage.py prepare`: everything between an installed copy and a site that can be started."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand

from qiao.settings.env import VAR

STAMP = VAR / "static.stamp"
SIGN_INS = VAR / "sign_ins.txt"


class Command(BaseCommand):
    """Migrates, compiles translations, collects static files, loads the demonstration. Quick when nothing changed."""

    help = "Bring database, translations and static files up to date, and load the demonstration bridges once."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0, stdout=self.stdout)
        call_command("compile_messages", stdout=StringIO())
        self._collect_static()
        call_command("load_demonstration", stdout=self.stdout)
        lines = StringIO()
        call_command("demonstration_sign_ins", stdout=lines)
        SIGN_INS.write_text(lines.getvalue(), encoding="utf-8")
        SIGN_INS.chmod(0o600)

    def _collect_static(self) -> None:
        """Hashing and compressing takes seconds: skipped when no file and no package has changed."""
        digest = hashlib.sha256(version("django").encode())
        for finder in get_finders():
            for name, storage in finder.list([]):
                found = Path(storage.path(name)).stat()
                digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
        stamp = digest.hexdigest()
        if STAMP.exists() and STAMP.read_text() == stamp and Path(settings.STATIC_ROOT).exists():
            return
        call_command("collectstatic", interactive=False, clear=True, verbosity=0, stdout=StringIO())
        STAMP.write_text(stamp)
