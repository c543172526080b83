from django.apps import AppConfig


class WorkshopsConfig(AppConfig):
    name = "qiao.workshops"
    label = "workshops"
