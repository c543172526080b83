"""Addresses of what responses have taught the matcher."""

from django.urls import path

from qiao.organiser.views import learning

urlpatterns = [
    path("<slug:bridge>/matching/learning/", learning.learning, name="learning"),
    path("<slug:bridge>/matching/learning/<int:version>/", learning.learning_version, name="learning_version"),
    path("<slug:bridge>/matching/learning/<int:version>/use/", learning.learning_use, name="learning_use"),
    path("<slug:bridge>/matching/learning/release/", learning.learning_release, name="learning_release"),
]
