"""Bridges on the administration site."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from i18nfield.fields import I18nCharField, I18nTextField
from i18nfield.forms import I18nTextarea, I18nTextInput

from qiao.activity.domain.audit import record
from qiao.bridges.domain.bridge import change_policy
from qiao.bridges.models import Bridge, BridgeStaff, MatchingPolicy, Side
from qiao.common.admin import ReadOnlyAdmin

# The administration site would give these fields its own widgets, which know one language.
I18N_WIDGETS = {I18nCharField: {"widget": I18nTextInput}, I18nTextField: {"widget": I18nTextarea}}


class SideInline(admin.TabularInline):  # type: ignore[type-arg]  # the generic is not subscriptable at run time
    model = Side
    extra = 0
    formfield_overrides = I18N_WIDGETS


class StaffInline(admin.TabularInline):  # type: ignore[type-arg]  # the generic is not subscriptable at run time
    model = BridgeStaff
    extra = 0
    autocomplete_fields = ("user",)


@admin.register(Bridge)
class BridgeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # the generic is not subscriptable at run time
    """Bridges with their sides and the people who run them. A bridge with members is closed, never deleted."""

    list_display = ("slug", "name", "state", "contact_email", "created_at")
    list_filter = ("state",)
    search_fields = ("slug", "name", "public_id")
    readonly_fields = ("public_id", "created_at", "updated_at")
    inlines = (SideInline, StaffInline)
    formfield_overrides = I18N_WIDGETS

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        bridge = form.instance
        MatchingPolicy.objects.get_or_create(bridge=bridge)
        record(
            "change_bridge" if change else "create_bridge",
            bridge,
            actor=request.user,
            bridge_id=bridge.pk,
            detail={"fields": sorted(form.changed_data)},
        )


@admin.register(MatchingPolicy)
class MatchingPolicyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # the generic is not subscriptable at run time
    """Policies: saving goes through `change_policy`, so that the version grows."""

    list_display = (
        "bridge", "version", "proposals_per_organisation", "requests_per_organisation", "least_score", "newcomer_floor",
        "trust_weight", "one_try_in", "updated_at",
    )  # fmt: skip
    readonly_fields = ("bridge", "version", "updated_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: MatchingPolicy, form: Any, change: bool) -> None:
        change_policy(obj, actor=request.user, **{name: form.cleaned_data[name] for name in form.changed_data})


@admin.register(BridgeStaff)
class BridgeStaffAdmin(ReadOnlyAdmin):
    """Who runs which bridge; changed on the bridge."""

    list_display = ("user", "bridge", "role", "side", "created_at")
    list_filter = ("role", "bridge")
    search_fields = ("user__email", "user__name")
    list_select_related = ("user", "bridge", "side")
