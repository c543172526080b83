"""Address of a bridge's own page: last, because its pattern is the widest."""

from django.urls import path

from qiao.website.views import home

urlpatterns = [path("<slug:bridge>/", home.bridge, name="bridge")]
