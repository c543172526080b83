"""Production: what must be set is demanded, cookies and redirects are for HTTPS."""

from django.core.exceptions import ImproperlyConfigured

from qiao.settings.base import *  # noqa: F403 - a settings module extends its base
from qiao.settings.env import read

for _name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "SITE_URL", "ALLOWED_HOSTS"):
    if not read(_name):
        raise ImproperlyConfigured(f"Set {_name} for production: see the configuration table in the README.")

SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 31_536_000
SECURE_REDIRECT_EXEMPT = [r"^health/"]
