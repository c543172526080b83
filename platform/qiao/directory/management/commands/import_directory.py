"""`manage.py import_directory FILE --bridge SLUG`: organisations, needs and offers from CSV, XLSX or JSON Lines."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from qiao.bridges.models import Bridge, Side
from qiao.common.errors import InvalidInput
from qiao.directory.domain.imports.applying import apply_import
from qiao.directory.domain.imports.checking import check_import
from qiao.directory.domain.imports.jobs import cancel_import, confirm_import, request_check, start_import
from qiao.directory.domain.imports.presets import PRESETS
from qiao.directory.domain.queries.import_report import write_report
from qiao.directory.enums import ImportKind, ImportState
from qiao.directory.models import ImportJob, ImportRow

_BAD_ROWS_SHOWN = 20


class Command(BaseCommand):
    """Checks a file, shows what it would do, and does it whole or not at all."""

    help = "Import organisations, needs and offers. Importing a file again changes only what has changed in it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="CSV, XLSX or JSON Lines")
        parser.add_argument("--bridge", required=True, metavar="SLUG", help="address of the bridge, as in its URL")
        parser.add_argument("--side", default="", metavar="CODE", help="side of rows; without it their country tells")
        parser.add_argument("--kind", choices=ImportKind.values, default="", help="what the file holds, if not guessed")
        parser.add_argument(
            "--source", default="", help="name of the origin; with a row's number it says what is the same"
        )
        parser.add_argument("--preset", choices=list(PRESETS), default="", help="a known origin, if not recognised")
        parser.add_argument("--mapping", type=Path, metavar="FILE", help="JSON with columns, constants, mend, publish")
        parser.add_argument("--publish", action="store_true", default=None, help="publish listings (the default)")
        parser.add_argument("--no-publish", action="store_false", dest="publish", help="send them to review instead")
        parser.add_argument("--leave-out-bad", action="store_true", help="import the good rows only")
        parser.add_argument("--dry-run", action="store_true", help="check and report, change nothing")
        parser.add_argument("--yes", action="store_true", help="do not ask before importing")
        parser.add_argument("--report", type=Path, metavar="FILE", help="write the report there, as CSV")

    def handle(self, *args: Any, **options: Any) -> None:
        bridge = Bridge.objects.filter(slug=options["bridge"]).first()
        if bridge is None:
            known = ", ".join(Bridge.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no bridge “{options['bridge']}”. Bridges: {known}.")
        try:
            self._import(bridge, _side(bridge, options["side"]), options)
        except InvalidInput as refusal:
            details = [message for messages in refusal.errors.values() for message in messages]
            raise CommandError(" ".join(details) or str(refusal)) from refusal
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error

    def _import(self, bridge: Bridge, side: Side | None, options: dict[str, Any]) -> None:
        began = time.monotonic()
        path: Path = options["file"]
        with path.open("rb") as stream:
            job = start_import(
                bridge, actor=None, file_name=path.name, stream=stream, kind=options["kind"] or _kind_of(options),
                side=side, source=options["source"] or options["preset"], keep=False,
            )  # fmt: skip
            # Told to this process only: the workers hear nothing of a job that is worked on here.
            mapping = _mapping(job, options)
            job = request_check(job, actor=None, mapping=mapping, side=side, hand_over=False)
            with _Bar("checking") as bar:
                check_import(job.pk, stream=stream, progress=bar.show)
        job.refresh_from_db()
        if job.state == ImportState.FAILED:
            raise CommandError(job.error)
        self._preview(job)
        if options["report"]:
            _write_report(job, options["report"])
        if options["dry_run"]:
            cancel_import(job, actor=None)
            self.stdout.write("Dry run: nothing was imported.")
            return
        if job.rows_bad and not options["leave_out_bad"]:
            cancel_import(job, actor=None)
            raise CommandError("Nothing was imported: mend the bad rows, or leave them out with --leave-out-bad.")
        if not options["yes"] and input("Import? [y/N] ").strip().lower() not in ("y", "yes"):
            cancel_import(job, actor=None)
            raise CommandError("Nothing was imported.")
        job = confirm_import(job, actor=None, leave_out_bad=options["leave_out_bad"], hand_over=False)
        with _Bar("importing") as bar:
            apply_import(job.pk, progress=bar.show)
        job.refresh_from_db()
        if job.state != ImportState.DONE:
            raise CommandError(job.error or "The import was not applied.")
        if options["report"]:
            _write_report(job, options["report"])
        self.stdout.write(
            f"Imported {job.file_name}: {job.rows_new} new, {job.rows_changed} changed, {job.rows_same} unchanged, "
            f"{job.rows_bad} left out, in {time.monotonic() - began:.1f} s."
        )

    def _preview(self, job: ImportJob) -> None:
        self.stdout.write(
            f"{job.file_name}: {job.rows_total} rows of {job.get_kind_display().lower()}; {job.rows_new} new, "
            f"{job.rows_changed} changed, {job.rows_same} unchanged, {job.rows_bad} bad."
        )
        bad = ImportRow.objects.filter(job=job).exclude(errors=[]).order_by("number")
        for row in bad[:_BAD_ROWS_SHOWN]:
            for error in row.errors:
                self.stdout.write(f"  row {row.number}, {error['column'] or 'the row'}: {error['reason']}")
        if job.rows_bad > _BAD_ROWS_SHOWN:
            self.stdout.write(f"  … and {job.rows_bad - _BAD_ROWS_SHOWN} more; --report FILE names them all.")
        noted = ImportRow.objects.filter(job=job).exclude(notes=[]).count()
        if noted:
            self.stdout.write(f"  {noted} rows have notes; --report FILE gives them.")


class _Bar:
    """A progress bar whose length may be told late."""

    def __init__(self, what: str) -> None:
        self.bar = tqdm(total=None, desc=what, unit="row", file=sys.stderr, leave=False)

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.close()

    def show(self, done: int, total: int) -> None:
        """Show how many rows are done."""
        self.bar.total, self.bar.n = total or None, done
        self.bar.refresh()


def _side(bridge: Bridge, code: str) -> Side | None:
    if not code:
        return None
    side = bridge.sides.filter(code=code).first()
    if side is None:
        known = ", ".join(bridge.sides.values_list("code", flat=True))
        raise CommandError(f"“{bridge.slug}” has no side “{code}”. Sides: {known}.")
    return side


def _kind_of(options: dict[str, Any]) -> str:
    return PRESETS[options["preset"]].kind if options["preset"] else ""


def _mapping(job: ImportJob, options: dict[str, Any]) -> dict[str, Any]:
    """The guessed mapping, or the given one, with what the options say."""
    mapping: dict[str, Any] = dict(job.mapping)
    if options["mapping"]:
        try:
            mapping = json.loads(options["mapping"].read_text(encoding="utf-8"))
        except ValueError as error:
            raise CommandError(f"{options['mapping']} is not JSON: {error}") from error
    if options["preset"]:
        mapping = {"preset": options["preset"], "mend": True}
    if options["publish"] is not None:
        mapping["publish"] = options["publish"]
    return mapping


def _write_report(job: ImportJob, path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        write_report(job, file)
