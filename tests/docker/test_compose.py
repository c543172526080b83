"""The containers' files agree with the documented settings. No image is built here: there is no engine to build it."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from qiao.settings.env import ROOT, SETTINGS

COMPOSE = ROOT / "docker" / "compose.yaml"
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text()
ENTRYPOINT = (ROOT / "docker" / "entrypoint.sh").read_text()


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return loaded


def test_compose_has_every_service(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"migrate", "web", "worker", "beat", "postgres", "redis"}


@pytest.mark.parametrize("service", ["web", "worker", "beat", "migrate"])
def test_compose_passes_every_documented_setting_and_no_other(compose: dict[str, Any], service: str) -> None:
    documented = {setting.name for setting in SETTINGS} - {"WEB_PORT"}  # the port inside a container is fixed
    assert set(compose["services"][service]["environment"]) == documented


def test_compose_asks_for_each_secret_that_production_needs(compose: dict[str, Any]) -> None:
    environment = compose["services"]["web"]["environment"]
    for name in ("SECRET_KEY", "SITE_URL", "ALLOWED_HOSTS"):
        assert environment[name].startswith(f"${{{name}:?")


def test_database_image_has_the_vector_extension(compose: dict[str, Any]) -> None:
    name, _, tag = compose["services"]["postgres"]["image"].partition(":")
    assert name == "pgvector/pgvector"
    version = tuple(int(part) for part in re.findall(r"\d+", tag)[:2])
    assert version >= (0, 8)


def test_each_command_is_known_to_the_entrypoint(compose: dict[str, Any]) -> None:
    cases = set(re.findall(r"^  (\w+)\)", ENTRYPOINT, re.MULTILINE))
    for name in ("web", "worker", "beat", "migrate"):
        assert compose["services"][name]["command"] == [name]
        assert name in cases


def test_what_the_dockerfile_copies_exists() -> None:
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        *sources, _target = [word for word in line.split() if not word.startswith("--")]
        for source in sources:
            assert (ROOT / source).exists(), source


def test_dockerfile_is_of_two_stages_and_does_not_run_as_root() -> None:
    assert len(re.findall(r"^FROM ", DOCKERFILE, re.MULTILINE)) == 2
    assert re.search(r"^USER qiao$", DOCKERFILE, re.MULTILINE)
