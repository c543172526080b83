"""Addresses of cases."""

from django.urls import path

from qiao.organiser.views import case, cases

urlpatterns = [
    path("<slug:bridge>/cases/", cases.case_list, name="case_list"),
    path("<slug:bridge>/cases/new/", case.case_new, name="case_new"),
    path("<slug:bridge>/cases/many/", cases.case_bulk, name="case_bulk"),
    path("<slug:bridge>/cases/undo/", cases.case_undo, name="case_undo"),
    path("<slug:bridge>/cases/file/", cases.case_export, name="case_export"),
    path("<slug:bridge>/cases/views/", cases.case_view_save, name="case_view_save"),
    path("<slug:bridge>/cases/views/<slug:public_id>/remove/", cases.case_view_remove, name="case_view_remove"),
    path("<slug:bridge>/cases/figures/", cases.case_figures, name="case_figures"),
    path("<slug:bridge>/cases/rules/", cases.case_rules, name="case_rules"),
    path("<slug:bridge>/cases/<slug:public_id>/", case.case, name="case"),
    path("<slug:bridge>/cases/<slug:public_id>/files/<slug:document>/", case.case_file, name="case_file"),
    path("<slug:bridge>/cases/<slug:public_id>/do/<str:act>/", case.case_act, name="case_act"),
]
