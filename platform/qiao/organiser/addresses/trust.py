"""Addresses of the desk that concern trust: verification, reports, appeals."""

from django.urls import path

from qiao.organiser.views import moderation, verification

urlpatterns = [
    path("<slug:bridge>/verification/", verification.verification_list, name="verification_list"),
    path("<slug:bridge>/verification/<slug:public_id>/", verification.verification, name="verification"),
    path(
        "<slug:bridge>/verification/<slug:public_id>/<slug:act>/",
        verification.verification_act,
        name="verification_act",
    ),
    path("<slug:bridge>/reports/", moderation.report_list, name="report_list"),
    path("<slug:bridge>/reports/<slug:public_id>/", moderation.report, name="report"),
    path("<slug:bridge>/reports/<slug:public_id>/take/", moderation.report_take, name="report_take"),
    path("<slug:bridge>/appeals/", moderation.appeal_list, name="appeal_list"),
    path("<slug:bridge>/appeals/<slug:public_id>/", moderation.appeal, name="appeal"),
]
