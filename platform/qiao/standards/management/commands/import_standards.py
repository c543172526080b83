"""`manage.py import_standards FILE --body ISO`: committees and documents from what a standards body publishes."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from qiao.common.errors import InvalidInput
from qiao.standards.domain.bodies import load_bodies
from qiao.standards.domain.synchronising import synchronise_at_once
from qiao.standards.enums import SyncState
from qiao.standards.models import StandardsBody

_BAD_ROWS_SHOWN = 20


class Command(BaseCommand):
    """Loads a file; loading it again changes only what has changed in it."""

    help = "Load committees or documents of a standards body: ISO Open Data (JSON Lines, CSV) or a simple CSV."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="JSON Lines or CSV, compressed with gzip or not")
        parser.add_argument("--body", required=True, metavar="CODE", help="whose it is, such as ISO")
        parser.add_argument("--complete", action="store_true", help="the file is all there is: the rest is gone")

    def handle(self, *args: Any, **options: Any) -> None:
        load_bodies()
        body = StandardsBody.objects.filter(code__iexact=options["body"]).first()
        if body is None:
            known = ", ".join(StandardsBody.objects.values_list("code", flat=True))
            raise CommandError(f"There is no standards body “{options['body']}”. Bodies: {known}.")
        begun = time.monotonic()
        try:
            run = synchronise_at_once(
                body,
                file_name=options["file"].name,
                content=options["file"].read_bytes(),
                is_complete=options["complete"],
            )
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        except InvalidInput as refusal:
            raise CommandError(" ".join(text for texts in refusal.errors.values() for text in texts)) from refusal
        if run.state == SyncState.FAILED:
            raise CommandError(f"The file cannot be read: {run.error}.")
        for bad in run.errors[:_BAD_ROWS_SHOWN]:
            self.stderr.write(f"row {bad['row']}: {bad['code']} {bad['about']}")
        if run.rows_bad > _BAD_ROWS_SHOWN:
            self.stderr.write(f"… and {run.rows_bad - _BAD_ROWS_SHOWN} more bad rows")
        self.stdout.write(
            f"{run.rows_new} new, {run.rows_changed} changed, {run.rows_same} the same, {run.rows_gone} gone, "
            f"{run.rows_bad} bad, {run.rows_repeated} repeated; {run.committees_new} committees new; "
            f"{time.monotonic() - begun:.1f} s"
        )
