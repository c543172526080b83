"""Addresses of the organisers' desk: `/organiser/<bridge>/…`."""

from qiao.organiser.addresses import desk, imports, learning, trust

app_name = "organiser"
urlpatterns = [*imports.urlpatterns, *learning.urlpatterns, *trust.urlpatterns, *desk.urlpatterns]
