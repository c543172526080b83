"""The one table of every setting that the environment may give, from which the documentation is made.

`python manage.py settings_table` prints it as Markdown; a test holds the README and the compose file against it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import environ

ROOT = Path(__file__).resolve().parents[3]
VAR = ROOT / "var"


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A setting: its name in the environment, how it is read, what holds when it is absent, and what it is for."""

    name: str
    kind: str
    default: Any
    help: str
    secret: bool = False


SETTINGS: tuple[Setting, ...] = (
    Setting(name="QIAO_ENV", kind="str", default="development", help="`development`, `production` or `test`."),
    Setting(
        name="SECRET_KEY",
        kind="str",
        default="",
        secret=True,
        help="Signs sessions and links. Required in production; made and kept under `var/` otherwise.",
    ),
    Setting(
        name="DATABASE_URL",
        kind="str",
        default="",
        help="PostgreSQL 15 or later with pgvector 0.8 or later. Empty: an embedded server under `var/`.",
    ),
    Setting(
        name="REDIS_URL",
        kind="str",
        default="",
        help="Redis or Valkey. Empty: an embedded Valkey under `var/`.",
    ),
    Setting(name="SITE_URL", kind="str", default="", help="Address that links in e-mail start with."),
    Setting(name="SITE_NAME", kind="str", default="Qiao", help="Name that pages and e-mail carry."),
    Setting(name="ALLOWED_HOSTS", kind="list", default=[], help="Host names the site answers to, comma-separated."),
    Setting(
        name="CSRF_TRUSTED_ORIGINS",
        kind="list",
        default=[],
        help="Origins that may post forms, when behind a proxy.",
    ),
    Setting(
        name="SECURE_PROXY",
        kind="bool",
        default=False,
        help="Trust `X-Forwarded-Proto` from the proxy in front.",
    ),
    Setting(name="TIME_ZONE", kind="str", default="UTC", help="Zone used where a person has none."),
    Setting(
        name="WEB_PORT",
        kind="int",
        default=8000,
        help="Port `make run` tries first; the next free one is taken.",
    ),
    Setting(name="WEB_WORKERS", kind="int", default=2, help="Web processes."),
    Setting(name="WORKER_CONCURRENCY", kind="int", default=1, help="Task processes a worker starts."),
    Setting(
        name="EMAIL_URL",
        kind="str",
        default="",
        secret=True,
        help="`smtp+tls://user:password@host:587`. Empty: messages are written to `var/mail/`.",
    ),
    Setting(
        name="DEFAULT_FROM_EMAIL",
        kind="str",
        default="Qiao <no-reply@qiao.example>",
        help="Sender of the site's mail.",
    ),
    Setting(
        name="OIDC_PROVIDERS",
        kind="json",
        default=[],
        secret=True,
        help="OpenID Connect providers as a JSON list of `{id, name, client_id, secret, server_url}`.",
    ),
    Setting(
        name="ENCODER",
        kind="str",
        default="bridge",
        help="Encoder of stored vectors: a name the matcher knows, a folder, or a sentence-transformers name.",
    ),
    Setting(
        name="UPLOAD_LIMIT_MB",
        kind="int",
        default=10,
        help="Largest file an import takes; larger ones are refused.",
    ),
    Setting(
        name="API_CORS_ORIGINS",
        kind="list",
        default=[],
        help="Origins whose pages may call `/api/` with a token, comma-separated; `*` for any.",
    ),
    Setting(
        name="API_CALLS_PER_MINUTE",
        kind="int",
        default=600,
        help="Calls of the interface a minute for each key, and for each person in a browser.",
    ),
    Setting(
        name="API_ANONYMOUS_CALLS_PER_MINUTE",
        kind="int",
        default=60,
        help="Calls of the interface a minute for each network address that does not sign in.",
    ),
    Setting(
        name="API_BODY_LIMIT_KB",
        kind="int",
        default=1024,
        help="Largest body that a call of the interface may carry.",
    ),
    Setting(name="LOG_FORMAT", kind="str", default="console", help="`console` or `json`."),
    Setting(name="LOG_LEVEL", kind="str", default="INFO", help="Least level that is logged."),
)

_BY_NAME = {setting.name: setting for setting in SETTINGS}
_env = environ.Env()


def read(name: str) -> Any:
    """The value of the setting `name`: from the environment, else its default. An empty value counts as absent.

    Raises `KeyError` for a name that is not in the table and `ImproperlyConfigured` for a value of the wrong kind.
    """
    setting = _BY_NAME[name]
    if not os.environ.get(name, "").strip():
        return setting.default
    return getattr(_env, setting.kind)(name)


def local_secret(path: Path) -> str:
    """The secret kept in `path`, made on first use and readable by its owner only."""
    if path.exists():
        return path.read_text().strip()
    import secrets

    path.parent.mkdir(parents=True, exist_ok=True)
    secret = secrets.token_urlsafe(48)
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret)
    return secret


def settings_table() -> str:
    """Every setting as a Markdown table."""
    rows = ["| setting | default | what it is for |", "|---|---|---|"]
    for setting in SETTINGS:
        default = "" if setting.default in ("", []) else f"`{setting.default}`"
        rows.append(f"| `{setting.name}` | {default} | {setting.help} |")
    return "\n".join(rows)
