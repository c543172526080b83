"""Error pages: what happened, what was kept, what to do; in the language of the page."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation
from django_htmx.middleware import HtmxMiddleware

from qiao.common.errors import InvalidInput, NotAllowed, QiaoError
from qiao.common.middleware import QiaoErrorMiddleware
from qiao.website.views.errors import csrf_failure, server_error


def answered(error: Exception, **headers: Any) -> HttpResponse | None:
    """What the middleware makes of an error raised in a view."""
    request: HttpRequest = RequestFactory().get("/", **headers)
    HtmxMiddleware(lambda _: HttpResponse())(request)
    return QiaoErrorMiddleware(lambda _: HttpResponse()).process_exception(request, error)


def test_error_of_the_business_becomes_a_page_with_its_status() -> None:
    response = answered(NotAllowed())
    assert response is not None
    assert response.status_code == 403
    page = response.content.decode()
    assert "<html" in page
    assert "Ask an owner of the organisation" in page


def test_error_answers_htmx_among_the_messages_of_the_page() -> None:
    response = answered(InvalidInput(errors={"title": ["Too <long>."]}), HTTP_HX_REQUEST="true")
    assert response is not None
    assert (response["HX-Retarget"], response["HX-Reswap"]) == ("#messages", "beforeend")
    fragment = response.content.decode()
    assert "<html" not in fragment
    assert 'role="alert"' in fragment
    assert "Too &lt;long&gt;." in fragment


def test_other_errors_are_left_alone() -> None:
    assert answered(ValueError("not ours")) is None
    assert answered(QiaoError()) is not None


def test_server_error_needs_neither_request_nor_database() -> None:
    response = server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "Something failed on our side" in response.content.decode()


def test_forged_form_is_told_what_to_do() -> None:
    response = csrf_failure(RequestFactory().post("/somewhere/?a=1"))
    assert response.status_code == 403
    assert 'href="/somewhere/?a=1"' in response.content.decode()


@pytest.mark.django_db
def test_missing_page_keeps_the_language(client: Client) -> None:
    client.cookies["django_language"] = "zh-hans"
    with translation.override("en"):
        response = client.get("/there/is/no/such/page/")
    assert response.status_code == 404
    assert '<html lang="zh-Hans">' in response.content.decode()
