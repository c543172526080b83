"""Addresses of imports."""

from django.urls import path

from qiao.organiser.views import imports

urlpatterns = [
    path("<slug:bridge>/imports/", imports.import_list, name="import_list"),
    path("<slug:bridge>/imports/new/", imports.import_new, name="import_new"),
    path("<slug:bridge>/imports/<slug:public_id>/", imports.import_job, name="import_job"),
    path("<slug:bridge>/imports/<slug:public_id>/mapping/", imports.import_mapping, name="import_mapping"),
    path("<slug:bridge>/imports/<slug:public_id>/progress/", imports.import_progress, name="import_progress"),
    path("<slug:bridge>/imports/<slug:public_id>/confirm/", imports.import_confirm, name="import_confirm"),
    path("<slug:bridge>/imports/<slug:public_id>/cancel/", imports.import_cancel, name="import_cancel"),
    path("<slug:bridge>/imports/<slug:public_id>/report.csv", imports.import_report, name="import_report"),
]
