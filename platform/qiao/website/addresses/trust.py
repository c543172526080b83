"""Addresses of trust: verification, decisions and appeals, reports, blocking, endorsements."""

from django.urls import path

from qiao.website.views import trust, trust_reports

urlpatterns = [
    path("settings/reports/", trust_reports.my_reports, name="my_reports"),
    path("<slug:bridge>/my/verification/", trust.my_verification, name="my_verification"),
    path(
        "<slug:bridge>/my/verification/<slug:public_id>/",
        trust.my_verification_take_back,
        name="my_verification_take_back",
    ),
    path("<slug:bridge>/my/appeals/", trust.my_appeals, name="my_appeals"),
    path("<slug:bridge>/my/appeals/<slug:subject>/", trust.my_appeal, name="my_appeal"),
    path("<slug:bridge>/report/<slug:kind>/<slug:public_id>/", trust_reports.report_new, name="report_new"),
    path("<slug:bridge>/organisations/<slug:public_id>/block/", trust_reports.block, name="block"),
    path(
        "<slug:bridge>/organisations/<slug:public_id>/endorsements/",
        trust_reports.endorsement_list,
        name="endorsement_list",
    ),
    path("<slug:bridge>/endorsements/<slug:public_id>/", trust_reports.endorsement_act, name="endorsement_act"),
]
