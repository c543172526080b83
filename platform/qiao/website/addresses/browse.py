"""Addresses of what a participant browses: directory, needs and offers, proposals, saved items."""

from django.urls import path

from qiao.website.views import directory, listings, proposals, saved

urlpatterns = [
    path("<slug:bridge>/organisations/", directory.organisation_list, name="organisation_list"),
    path("<slug:bridge>/organisations/<slug:public_id>/", directory.organisation, name="organisation"),
    path("<slug:bridge>/organisations/<slug:public_id>/save/", saved.save_organisation, name="save_organisation"),
    path("<slug:bridge>/listings/", listings.listing_list, name="listing_list"),
    path("<slug:bridge>/listings/<slug:public_id>/", listings.listing, name="listing"),
    path("<slug:bridge>/listings/<slug:public_id>/save/", saved.save_listing, name="save_listing"),
    path("<slug:bridge>/proposals/", proposals.proposal_list, name="proposal_list"),
    path("<slug:bridge>/proposals/<slug:public_id>/", proposals.proposal, name="proposal"),
    path("<slug:bridge>/proposals/<slug:public_id>/mark/", proposals.proposal_mark, name="proposal_mark"),
    path("<slug:bridge>/saved/", saved.saved_list, name="saved_list"),
]
