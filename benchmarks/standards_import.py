"""A body's whole file of documents into the map, and once more without a change.

    python -m benchmarks.standards_import --file FILE [--body ISO]

Starts a database of its own under `var/` and removes it in the end. The file is in the form that ISO publishes (JSON
Lines or CSV, compressed or not). Each figure is of one run.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "platform"), str(ROOT)]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qiao.settings.test")


def main() -> None:
    """Load, load again, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--body", default="ISO")
    parser.add_argument("--home", type=Path, default=ROOT / "var" / "benchmark_standards", metavar="FOLDER")
    options = parser.parse_args()
    from qiao.embedded.engines import Engines

    os.environ.pop("DATABASE_URL", None)
    engines = Engines(home=options.home)
    addresses = engines.start()
    os.environ |= {"DATABASE_URL": addresses["database"], "REDIS_URL": addresses["broker"], "LOG_LEVEL": "ERROR"}
    try:
        import django

        django.setup()
        from django.test.runner import DiscoverRunner

        runner = DiscoverRunner(verbosity=0, interactive=False)
        made = runner.setup_databases()
        _measure(options.file, options.body)
        runner.teardown_databases(made)
    finally:
        engines.remove()


def _measure(file: Path, code: str) -> None:
    from qiao.standards.domain.bodies import load_bodies
    from qiao.standards.domain.synchronising import synchronise_at_once
    from qiao.standards.models import Committee, StandardsBody

    load_bodies()
    body = StandardsBody.objects.get(code=code)
    content = file.read_bytes()
    for what in ("first load", "again, no change"):
        began = time.perf_counter()
        run = synchronise_at_once(body, file_name=file.name, content=content, is_complete=True)
        seconds = time.perf_counter() - began
        figures = (
            f"{run.rows_new:,} new, {run.rows_changed:,} changed, {run.rows_same:,} the same, {run.rows_bad:,} bad"
        )
        figures += f", {run.rows_repeated:,} repeated"
        print(f"{what}: {seconds:.1f} s; {figures}")
        for bad in run.errors[:5]:
            print(f"  row {bad['row']}: {bad['code']} {bad['about']}")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{Committee.objects.count():,} committees; most memory {most} MB")


if __name__ == "__main__":
    main()
