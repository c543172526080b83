"""Addresses of what belongs to no area: who one is, one's key, the exchange of secrets, the description."""

from django.urls import path

from qiao.api.views import foundation, oauth, reference

urlpatterns = [
    path("", foundation.Index.as_view(), name="index"),
    path("me/", foundation.Me.as_view(), name="me"),
    path("keys/current/", foundation.CurrentKey.as_view(), name="current_key"),
    path("keys/current/rotation/", foundation.Rotation.as_view(), name="rotation"),
    path("oauth/token/", oauth.TokenExchange.as_view(), name="oauth_token"),
    path("schema/", reference.schema, name="schema"),
    path("reference/", reference.reference, name="reference"),
]
