"""Tests: the same engines, faster hashing, mail in memory, tasks run by the test that asks for it."""

import os

from qiao.settings.base import *  # noqa: F403 - a settings module extends its base
from qiao.settings.base import DATABASES, INSTALLED_APPS, STORAGES

INSTALLED_APPS = [*INSTALLED_APPS, "django_migration_linter"]

SECRET_KEY = "only-for-tests"  # noqa: S105 - signs nothing outside a test run
SITE_URL = "http://testserver"
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True
DATABASES["default"]["TEST"] = {"NAME": os.environ.get("TEST_DATABASE_NAME", "test_qiao")}
CELERY_TASK_ALWAYS_EAGER = False
ACCOUNT_RATE_LIMITS = False
