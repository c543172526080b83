"""The matcher in the administration site: to look at, not to change."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from matching.app.models import LanguageStatistics, ListingVector, MatchRun, Proposal, RunPart, ScoringModel


class ReadOnly:
    """Rows that only the matcher writes."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RunPartInline(ReadOnly, admin.TabularInline[RunPart, MatchRun]):
    """The parts of a run."""

    model = RunPart
    fields = ("number", "organisation_ids", "attempts", "claimed_at", "done_at")
    extra = 0


@admin.register(MatchRun)
class MatchRunAdmin(ReadOnly, admin.ModelAdmin[MatchRun]):
    """Runs, newest first."""

    list_display = ("public_id", "bridge", "state", "parts_done", "parts_total", "created_at", "finished_at")
    list_filter = ("state", "bridge")
    list_select_related = ("bridge",)
    search_fields = ("public_id",)
    inlines = (RunPartInline,)


@admin.register(Proposal)
class ProposalAdmin(ReadOnly, admin.ModelAdmin[Proposal]):
    """Proposals, best first."""

    list_display = ("public_id", "bridge", "first", "second", "band", "score", "state", "updated_at")
    list_filter = ("state", "band", "bridge")
    list_select_related = ("bridge", "first", "second")
    search_fields = ("public_id", "first__name_en", "first__name_zh", "second__name_en", "second__name_zh")


@admin.register(ScoringModel)
class ScoringModelAdmin(ReadOnly, admin.ModelAdmin[ScoringModel]):
    """Refits of each bridge's weights. Single responses are private and are not here."""

    list_display = ("bridge", "version", "outcome", "adopted", "fitted_on", "created_at")
    list_filter = ("outcome", "adopted", "bridge")
    list_select_related = ("bridge",)


@admin.register(LanguageStatistics)
class LanguageStatisticsAdmin(ReadOnly, admin.ModelAdmin[LanguageStatistics]):
    """What was fitted on each bridge."""

    list_display = ("bridge", "encoder", "fitted_on", "updated_at")
    list_select_related = ("bridge",)


@admin.register(ListingVector)
class ListingVectorAdmin(ReadOnly, admin.ModelAdmin[ListingVector]):
    """Which listings are encoded, and by what. The vectors themselves say nothing to a reader."""

    list_display = ("listing", "bridge", "encoder", "language", "updated_at", "matched_at")
    list_filter = ("encoder", "language", "bridge")
    list_select_related = ("listing", "bridge")
    search_fields = ("listing__title",)
    fields = ("listing", "bridge", "encoder", "language", "content_hash", "matched_at")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[ListingVector]:
        return super().get_queryset(request).defer("vector")
