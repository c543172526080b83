"""Who one is, and by which key."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from qiao.accounts.enums import SCOPES, KeyKind, Place
from qiao.bridges.enums import BridgeRole
from qiao.directory.enums import PersonRole


class IndexOut(serializers.Serializer[Any]):
    """Where things are."""

    version = serializers.CharField(help_text="Version of the interface.")
    bridges = serializers.CharField(help_text="Address of the list of bridges: everything else lies below one.")
    me = serializers.CharField(help_text="Address that tells who calls.")
    schema = serializers.CharField(help_text="Address of this description as OpenAPI 3.1.")
    reference = serializers.CharField(help_text="Address of this description for people.")


class RoleInOrganisation(serializers.Serializer[Any]):
    """An organisation that the caller may act for."""

    id = serializers.CharField(help_text="Identifier of the organisation.")
    name = serializers.CharField(help_text="Its name, in the language asked for.")
    role = serializers.ChoiceField(
        choices=PersonRole.choices, allow_null=True,
        help_text="The person's role there; null for a profile that a bridge keeps and the person acts for by that.",
    )  # fmt: skip


class RoleOnBridge(serializers.Serializer[Any]):
    """A bridge that the caller helps to run."""

    bridge = serializers.CharField(help_text="Address name of the bridge.")
    role = serializers.ChoiceField(choices=BridgeRole.choices, help_text="The person's role there.")


class KeyOut(serializers.Serializer[Any]):
    """A key, without its secret."""

    id = serializers.CharField(source="public_id", help_text="Identifier of the key; the client id of a client.")
    name = serializers.CharField(help_text="What it is for.")
    kind = serializers.ChoiceField(choices=KeyKind.choices, help_text="Token or client.")
    place = serializers.ChoiceField(choices=Place.choices, help_text="What it is limited to.")
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=SCOPES), help_text="What it may do, as `resource:action`."
    )
    expires_at = serializers.DateTimeField(help_text="When it ends by itself.")
    last_used_at = serializers.DateTimeField(allow_null=True, help_text="When it was last used, to the minute.")
    rotated_at = serializers.DateTimeField(allow_null=True, help_text="When its secret was last changed.")
    previous_until = serializers.DateTimeField(
        allow_null=True, help_text="Until when the secret before this one is taken."
    )


class MeOut(serializers.Serializer[Any]):
    """Who calls."""

    id = serializers.CharField(source="person.public_id", help_text="Identifier of the person.")
    name = serializers.CharField(source="person.display_name", help_text="The person's name.")
    email = serializers.EmailField(source="person.email", help_text="The person's address.")
    language = serializers.CharField(source="person.language", help_text="Language of their pages and mail.")
    organisations = RoleInOrganisation(many=True, help_text="Organisations that this call may act for.")
    bridges = RoleOnBridge(many=True, help_text="Bridges that the person helps to run, as far as the key opens them.")
    key = KeyOut(allow_null=True, help_text="The key of this call; null for a browser's session.")


class RotationIn(serializers.Serializer[Any]):
    """How to change the secret."""

    overlap_hours = serializers.IntegerField(
        default=24, min_value=0, max_value=168, help_text="For how many hours the old secret goes on holding."
    )


class RotationOut(KeyOut):
    """The key with its new secret, which is not told again."""

    secret = serializers.SerializerMethodField(help_text="The new secret. Keep it: it is not told again.")

    @extend_schema_field({"type": "string"})
    def get_secret(self, _key: Any) -> str:
        return str(self.context["secret"])
