"""Addresses of the organisers' desk: `/organiser/<bridge>/…`."""

from qiao.organiser.addresses import desk, imports, learning

app_name = "organiser"
urlpatterns = [*imports.urlpatterns, *learning.urlpatterns, *desk.urlpatterns]
