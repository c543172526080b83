"""The site runs on what is installed for it alone: a tool of the tests must not be needed by it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions

from qiao.settings.env import ROOT

_WITHOUT = """
import importlib.abc, pkgutil, sys
tools = set(sys.argv[1].split(","))

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in tools:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
import importlib.util
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name in tools else real(name, package)
import qiao.wsgi, qiao.celery, qiao.urls, qiao.embedded.supervisor, qiao.embedded.engines
from django.core.management import get_commands, load_command_class
for command, application in get_commands().items():
    if str(application).startswith(("qiao.", "matching.")):
        load_command_class(application, command)
qiao.celery.app.loader.import_default_modules()
"""


def _locked(name: str) -> set[str]:
    lock = (ROOT / "requirements" / f"{name}.txt").read_text()
    return {_plain(found) for found in re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_site_needs_no_tool_of_the_tests() -> None:
    only_tools = _locked("dev") - _locked("base")
    modules = {
        module
        for module, distributions in packages_distributions().items()
        if {_plain(distribution) for distribution in distributions} <= only_tools
    }
    assert {"pytest", "django_linear_migrations", "django_migration_linter"} <= modules
    environment = os.environ | {
        "PYTHONPATH": f"{ROOT / 'platform'}{os.pathsep}{ROOT}",
        "DJANGO_SETTINGS_MODULE": "qiao.settings.base",
    }
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT, ",".join(sorted(modules))],
        capture_output=True, text=True, cwd=ROOT, env=environment, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
