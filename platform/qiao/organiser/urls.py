"""Addresses of the organisers' desk: `/organiser/<bridge>/…`."""

app_name = "organiser"
urlpatterns: list[object] = []
