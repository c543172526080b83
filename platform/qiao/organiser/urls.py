"""Addresses of the organisers' desk: `/organiser/<bridge>/…`."""

from qiao.organiser.addresses import desk, imports

app_name = "organiser"
urlpatterns = [*imports.urlpatterns, *desk.urlpatterns]
