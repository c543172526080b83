"""Addresses of the organisers' desk: `/organiser/<bridge>/…`."""

from qiao.organiser.addresses import imports

app_name = "organiser"
urlpatterns = [*imports.urlpatterns]
