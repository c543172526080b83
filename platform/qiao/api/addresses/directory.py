"""Addresses of organisations, memberships, people, needs and offers."""

from django.urls import path

from qiao.api.views import listings, organisations

_AT = "bridges/<slug:bridge>/"

urlpatterns = [
    path(f"{_AT}organisations/", organisations.OrganisationList.as_view(), name="organisation_list"),
    path(f"{_AT}organisations/<slug:public_id>/", organisations.OneOrganisation.as_view(), name="organisation"),
    path(f"{_AT}organisations/<slug:public_id>/people/", organisations.PersonList.as_view(), name="person_list"),
    path(f"{_AT}memberships/", organisations.MembershipList.as_view(), name="membership_list"),
    path(f"{_AT}memberships/<slug:public_id>/", organisations.OneMembership.as_view(), name="membership"),
    path(f"{_AT}listings/", listings.ListingList.as_view(), name="listing_list"),
    path(f"{_AT}listings/<slug:public_id>/", listings.OneListing.as_view(), name="listing"),
    path(f"{_AT}listings/<slug:public_id>/act/", listings.ListingAct.as_view(), name="listing_act"),
]
