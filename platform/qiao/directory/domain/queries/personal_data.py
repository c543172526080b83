"""Everything the site keeps about one person."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import Q

from qiao.accounts.models import User
from qiao.activity.models import AuditEntry
from qiao.directory.models import Invitation
from qiao.notifications.domain.preferences import TOPICS, mail_preferences_of


def personal_data_of(user: User) -> dict[str, Any]:
    """The account, roles, saved items, invitations, notifications, and what the person did, ready for JSON.

    Secrets (password, second factors) are named and not shown.
    """
    addresses = [user.email, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)]
    to_me = Q()
    for address in set(addresses):
        to_me |= Q(email__iexact=address)
    preferences = mail_preferences_of(user)
    return {
        "account": {
            "id": user.public_id,
            "email": user.email,
            "name": user.name,
            "name_zh": user.name_zh,
            "language": user.language,
            "time_zone": user.time_zone,
            "joined": user.date_joined,
            "last_sign_in": user.last_login,
            "terms_accepted": user.terms_accepted_at,
            "password_set": user.has_usable_password(),
        },
        "email_addresses": list(
            EmailAddress.objects.filter(user=user).order_by("id").values("email", "verified", "primary")
        ),
        "second_factors": list(
            Authenticator.objects.filter(user=user).order_by("id").values("type", "created_at", "last_used_at")
        ),
        "keys_of_programs": list(
            user.api_keys.order_by("id").values(
                "public_id", "kind", "name", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at"
            )
        ),
        "mail_preferences": {
            **{topic: str(preferences.delivery_of(topic)) for topic in TOPICS},
            "digest": [preferences.digest_every, preferences.digest_weekday, preferences.digest_hour],
            "quiet_hours": [str(clock or "") for clock in (preferences.quiet_from, preferences.quiet_until)],
        },
        "organisations": [
            {
                "organisation": affiliation.organisation.public_id,
                "name_en": affiliation.organisation.name_en,
                "name_zh": affiliation.organisation.name_zh,
                "role": affiliation.role,
                "title_en": affiliation.title_en,
                "title_zh": affiliation.title_zh,
                "shown_on_page": affiliation.is_public,
                "since": affiliation.created_at,
            }
            for affiliation in user.affiliations.select_related("organisation").order_by("id")
        ],
        "bridges": [
            {"bridge": staff.bridge.slug, "role": staff.role, "since": staff.created_at}
            for staff in user.bridge_roles.select_related("bridge").order_by("id")
        ],
        "saved_items": [
            {
                "bridge": item.bridge.slug,
                "organisation": item.organisation.public_id if item.organisation else None,
                "listing": item.listing.public_id if item.listing else None,
                "saved": item.created_at,
            }
            for item in user.saved_items.select_related("bridge", "organisation", "listing").order_by("id")
        ],
        "invitations": [
            {
                "organisation": invitation.organisation.public_id,
                "email": invitation.email,
                "role": invitation.role,
                "sent_by_me": invitation.invited_by_id == user.pk,
                "sent": invitation.created_at,
                "accepted": invitation.accepted_at,
                "revoked": invitation.revoked_at,
            }
            for invitation in Invitation.objects.filter(to_me | Q(invited_by=user))
            .select_related("organisation")
            .order_by("id")
        ],
        "reports": list(
            user.reports_made.order_by("id").values("label", "category", "text", "state", "created_at", "decided_at")
        ),
        "notifications": list(
            user.notifications.order_by("id").values("kind", "context", "url", "created_at", "read_at")
        ),
        "acts": list(
            AuditEntry.objects.filter(actor_id=user.pk)
            .order_by("id")
            .values("at", "verb", "subject_type", "subject_id", "before", "after")
        ),
    }
