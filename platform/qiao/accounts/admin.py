"""Accounts on the administration site, which has the same sign-in as the rest: second factors hold there too."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from qiao.accounts.models import User
from qiao.activity.domain.audit import record

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = _("Administration")
admin.site.unregister(Group)


@admin.register(User)
class PersonAdmin(UserAdmin):  # type: ignore[type-arg]  # the generic is not subscriptable at run time
    """People: names, languages and rights. Passwords are reset by the person; accounts are deleted by the person."""

    list_display = ("email", "name", "name_zh", "language", "is_active", "is_staff", "last_login", "date_joined")
    list_filter = ("is_active", "is_staff", "is_superuser", "language", "date_joined")
    search_fields = ("email", "name", "name_zh", "public_id")
    ordering = ("-date_joined",)
    readonly_fields = ("public_id", "last_login", "date_joined", "terms_accepted_at")
    filter_horizontal = ("user_permissions",)
    fieldsets = (
        (None, {"fields": ("public_id", "email", "password")}),
        (_("Person"), {"fields": ("name", "name_zh", "language", "time_zone")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser", "user_permissions")}),
        (_("Dates"), {"fields": ("date_joined", "last_login", "terms_accepted_at")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "language", "usable_password", "password1", "password2")}),)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An account is deleted by `delete_account`, which sees to the person's organisations."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        record(
            "change_person" if change else "create_person",
            obj,
            actor=request.user,
            detail={"fields": sorted(form.changed_data)},
        )
