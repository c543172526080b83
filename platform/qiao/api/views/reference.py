"""The description of the interface: for programs as OpenAPI 3.1, for people as a page."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import include, path
from django.views.decorators.http import require_safe

from qiao.api.openapi import TEXT
from qiao.api.reading import groups_of, paragraphs, problems


@cache
def description() -> dict[str, Any]:
    """The whole description. Made once a process: it depends on the code alone."""
    from django.utils import translation
    from drf_spectacular.generators import SchemaGenerator

    with translation.override("en"):
        made: dict[str, Any] = SchemaGenerator(patterns=_patterns()).get_schema(request=None, public=True)
        made["info"]["description"] = TEXT
    return made


def _patterns() -> list[Any]:
    from qiao.api.urls import VERSION_1  # which names these views

    return [path("api/v1/", include(VERSION_1))]


@require_safe
def schema(request: HttpRequest) -> JsonResponse:
    """For programs."""
    response = JsonResponse(description(), content_type="application/vnd.oai.openapi+json; charset=utf-8")
    response["Cache-Control"] = "public, max-age=300"
    response["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """For people: made of the same description, with nothing from another host."""
    context = {
        "paragraphs": paragraphs(description()["info"]["description"]),
        "groups": groups_of(description()),
        "problems": problems(),
    }
    return render(request, "api/reference.html", context)
