"""Cutting a list into pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

PAGE_SIZE = 24


def page_of(request: HttpRequest, queryset: QuerySet[Any] | Sequence[Any], *, size: int = PAGE_SIZE) -> Page[Any]:
    """The page that `?page=` asks for; the first for nonsense, the last for one too far."""
    paginator = Paginator(queryset, size)
    try:
        return paginator.page(request.GET.get("page", 1))
    except PageNotAnInteger:
        return paginator.page(1)
    except EmptyPage:
        return paginator.page(paginator.num_pages)
