"""Addresses of the desk: what waits, reviews, members, profiles, governance."""

from django.urls import path

from qiao.organiser.views import desk, governance, log, members, proposals, reviews

urlpatterns = [
    path("<slug:bridge>/", desk.desk, name="desk"),
    path("<slug:bridge>/review/", reviews.review_list, name="review_list"),
    path("<slug:bridge>/members/", members.membership_list, name="membership_list"),
    path("<slug:bridge>/members/<slug:public_id>/", reviews.review_membership, name="review_membership"),
    path("<slug:bridge>/members/<slug:public_id>/suspend/", members.membership_suspend, name="membership_suspend"),
    path("<slug:bridge>/listings/", members.listing_list, name="listing_list"),
    path("<slug:bridge>/listings/<slug:public_id>/", reviews.review_listing, name="review_listing"),
    path("<slug:bridge>/listings/<slug:public_id>/retract/", reviews.review_retract, name="review_retract"),
    path("<slug:bridge>/profiles/", members.managed_list, name="managed_list"),
    path("<slug:bridge>/profiles/new/", members.managed_new, name="managed_new"),
    path("<slug:bridge>/profiles/<slug:public_id>/", members.managed, name="managed"),
    path("<slug:bridge>/profiles/<slug:public_id>/invite/", members.managed_invite, name="managed_invite"),
    path("<slug:bridge>/matching/", governance.matching, name="matching"),
    path("<slug:bridge>/matching/run/", governance.matching_run, name="matching_run"),
    path("<slug:bridge>/matching/progress/", governance.matching_progress, name="matching_progress"),
    path("<slug:bridge>/proposals/", proposals.proposal_list, name="proposal_list"),
    path("<slug:bridge>/settings/", governance.bridge_settings, name="bridge_settings"),
    path("<slug:bridge>/people/", governance.staff_list, name="staff_list"),
    path("<slug:bridge>/people/<int:pk>/remove/", governance.staff_remove, name="staff_remove"),
    path("<slug:bridge>/log/", log.audit_list, name="audit_list"),
    path("<slug:bridge>/log/file/", log.log_export, name="log_export"),
]
