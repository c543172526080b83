"""Addresses of a participant's own pages: registration, organisation, people, settings."""

from django.urls import path

from qiao.website.views import invitations, my_listings, my_organisation, people, registration, settings

urlpatterns = [
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
    path("settings/", settings.settings, name="settings"),
    path("settings/export/", settings.account_export, name="account_export"),
    path("settings/delete/", settings.account_delete, name="account_delete"),
    path("<slug:bridge>/register/", registration.register, name="register"),
    path("<slug:bridge>/register/organisation/", registration.register_organisation, name="register_organisation"),
    path("<slug:bridge>/register/similar/", registration.register_similar, name="register_similar"),
    path("<slug:bridge>/register/join/<slug:public_id>/", registration.register_join, name="register_join"),
    path("<slug:bridge>/register/listing/", registration.register_listing, name="register_listing"),
    path("<slug:bridge>/register/partner/", registration.register_partner, name="register_partner"),
    path("<slug:bridge>/register/check/", registration.register_check, name="register_check"),
    path("<slug:bridge>/register/done/", registration.register_done, name="register_done"),
    path("<slug:bridge>/my/", my_organisation.my_organisation, name="my_organisation"),
    path("<slug:bridge>/my/profile/", my_organisation.my_profile, name="my_profile"),
    path("<slug:bridge>/my/application/", my_organisation.my_application, name="my_application"),
    path("<slug:bridge>/my/leaving/", my_organisation.my_leaving, name="my_leaving"),
    path("<slug:bridge>/my/history/", my_organisation.my_history, name="my_history"),
    path("<slug:bridge>/my/blocks/", my_organisation.my_blocks, name="my_blocks"),
    path("<slug:bridge>/my/listings/new/", my_listings.listing_new, name="listing_new"),
    path("<slug:bridge>/my/listings/<slug:public_id>/", my_listings.listing_edit, name="listing_edit"),
    path("<slug:bridge>/my/listings/<slug:public_id>/copy/", my_listings.listing_copy, name="listing_copy"),
    path(
        "<slug:bridge>/my/listings/<slug:public_id>/<slug:action>/", my_listings.listing_action, name="listing_action"
    ),
    path("<slug:bridge>/my/people/", people.people, name="people"),
    path("<slug:bridge>/my/people/<slug:person>/role/", people.person_role, name="person_role"),
    path("<slug:bridge>/my/people/<slug:person>/remove/", people.person_remove, name="person_remove"),
    path("<slug:bridge>/my/invitations/<slug:public_id>/revoke/", people.invitation_revoke, name="invitation_revoke"),
]
