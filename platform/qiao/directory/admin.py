"""The directory on the administration site: to look things up in. Changes are made on the site's own pages, whose
domain functions write the audit row, the search words and the event that has a change matched."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet, URLField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from qiao.common.admin import ReadOnlyAdmin, ReadOnlyInline
from qiao.directory.models import (
    Affiliation,
    ImportJob,
    Invitation,
    Listing,
    Membership,
    Organisation,
    Review,
    Sector,
)


class AffiliationInline(ReadOnlyInline):
    model = Affiliation
    fields = ("user", "role", "is_public", "created_at")


class MembershipInline(ReadOnlyInline):
    model = Membership
    fields = ("bridge", "side", "state", "applied_at", "decided_at")


class ReviewInline(ReadOnlyInline):
    model = Review
    fields = ("decision", "reason", "reviewer", "created_at")


@admin.register(Organisation)
class OrganisationAdmin(ReadOnlyAdmin):
    list_display = (
        "name_en",
        "name_zh",
        "kind",
        "size",
        "country",
        "managed_by",
        "people",
        "needs_and_offers",
        "created_at",
    )
    list_filter = ("kind", "size", "country", "managed_by", "source")
    search_fields = ("name_en", "name_zh", "public_id", "website", "external_id")
    list_select_related = ("managed_by",)
    date_hierarchy = "created_at"
    inlines = (AffiliationInline, MembershipInline)
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    exclude = ("search",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organisation]:
        queryset: QuerySet[Organisation] = super().get_queryset(request)
        return queryset.annotate(
            people=Count("affiliations", distinct=True), needs_and_offers=Count("listings", distinct=True)
        )

    @admin.display(description=_("people"), ordering="people")
    def people(self, organisation: Any) -> int:
        return int(organisation.people)

    @admin.display(description=_("needs and offers"), ordering="needs_and_offers")
    def needs_and_offers(self, organisation: Any) -> int:
        return int(organisation.needs_and_offers)


@admin.register(Listing)
class ListingAdmin(ReadOnlyAdmin):
    list_display = (
        "title",
        "organisation",
        "bridge",
        "direction",
        "kind",
        "language",
        "state",
        "valid_until",
        "published_at",
    )
    list_filter = ("bridge", "state", "direction", "kind", "language", "anonymous", "source")
    search_fields = (
        "title",
        "other_title",
        "public_id",
        "external_id",
        "organisation__name_en",
        "organisation__name_zh",
    )
    list_select_related = ("organisation", "bridge")
    date_hierarchy = "created_at"
    inlines = (ReviewInline,)
    exclude = ("search",)


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ("organisation", "bridge", "side", "state", "applied_at", "decided_at")
    list_filter = ("bridge", "state", "side")
    search_fields = ("organisation__name_en", "organisation__name_zh", "public_id")
    list_select_related = ("organisation", "bridge", "side")
    inlines = (ReviewInline,)


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ("email", "organisation", "purpose", "role", "expires_at", "accepted_at", "revoked_at")
    list_filter = ("purpose", "role")
    search_fields = ("email", "organisation__name_en", "organisation__name_zh")
    list_select_related = ("organisation",)
    exclude = ("token_hash",)


@admin.register(ImportJob)
class ImportJobAdmin(ReadOnlyAdmin):
    list_display = ("file_name", "bridge", "kind", "state", "rows_total", "rows_bad", "started_by", "created_at")
    list_filter = ("bridge", "kind", "state")
    search_fields = ("file_name", "source")
    list_select_related = ("bridge", "started_by")


@admin.register(Sector)
class SectorAdmin(ReadOnlyAdmin):
    list_display = ("code", "name_en", "name_zh", "parent")
    list_filter = (("parent", admin.RelatedOnlyFieldListFilter),)
    search_fields = ("code", "name_en", "name_zh")
    list_select_related = ("parent",)
