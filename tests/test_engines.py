"""The tests' engines: never the site's."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from django.conf import settings

from qiao.embedded.addresses import ADDRESS_FILE
from tests.engines import TEST_HOME


def test_the_settings_know_the_tests_engines() -> None:
    assert settings.SETTINGS_MODULE == "qiao.settings.test"
    assert settings.QIAO_ENV == "test"
    assert ADDRESS_FILE.parent == TEST_HOME
    assert settings.DATABASES["default"]["PORT"] == urlsplit(os.environ["DATABASE_URL"]).port
    assert os.environ["REDIS_URL"] == settings.CELERY_BROKER_URL
