from django.apps import AppConfig


class PartnershipsConfig(AppConfig):
    name = "qiao.partnerships"
    label = "partnerships"
