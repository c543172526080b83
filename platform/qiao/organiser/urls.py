"""Addresses of the organisers' desk: `/organiser/<bridge>/…`."""

from qiao.organiser.addresses import cases, desk, imports, learning, mail, trust

app_name = "organiser"
urlpatterns = [
    *imports.urlpatterns,
    *learning.urlpatterns,
    *mail.urlpatterns,
    *trust.urlpatterns,
    *cases.urlpatterns,
    *desk.urlpatterns,
]
