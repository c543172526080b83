"""Reads of the map. It is public: what differs by reader is only what has been removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import models

from qiao.directory.search import query_of
from qiao.standards.enums import Lifecycle

if TYPE_CHECKING:
    from qiao.standards.models import Committee, Deliverable


class CommitteeQuerySet(models.QuerySet["Committee"]):
    """Committees and groups."""

    def visible_to(self, user: Any) -> CommitteeQuerySet:
        """All that still exist; the map is public."""
        return self.filter(removed_at=None)

    def open_to_joining(self) -> CommitteeQuerySet:
        """Not closed, not gone."""
        return self.filter(removed_at=None).exclude(lifecycle=Lifecycle.CLOSED)

    def in_full(self) -> CommitteeQuerySet:
        """With what a list shows of each, in a constant number of queries."""
        return self.select_related("body", "parent", "secretariat_body")

    def matching_words(self, words: str) -> CommitteeQuerySet:
        """Full-text search in both languages, best first. No words: all."""
        query = query_of(words)
        if query is None:
            return self
        search = SearchQuery(query, config="simple", search_type="raw")
        return self.filter(search=search).order_by(SearchRank("search", search).desc(), "reference", "id")


class DeliverableQuerySet(models.QuerySet["Deliverable"]):
    """Documents."""

    def visible_to(self, user: Any) -> DeliverableQuerySet:
        """All that still exist; the map is public."""
        return self.filter(removed_at=None)

    def under_development(self) -> DeliverableQuerySet:
        """Between a proposal and publication, and not abandoned: see stages.py."""
        return self.filter(removed_at=None, stage__gt="00", stage__lt="60").exclude(stage__endswith=".98")

    def in_full(self) -> DeliverableQuerySet:
        """With what a list shows of each, in a constant number of queries."""
        return self.select_related("body", "committee")

    def matching_words(self, words: str) -> DeliverableQuerySet:
        """Full-text search in both languages, best first. No words: all."""
        query = query_of(words)
        if query is None:
            return self
        search = SearchQuery(query, config="simple", search_type="raw")
        return self.filter(search=search).order_by(SearchRank("search", search).desc(), "reference", "id")
