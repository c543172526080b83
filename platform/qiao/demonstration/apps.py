from django.apps import AppConfig


class DemonstrationConfig(AppConfig):
    name = "qiao.demonstration"
    label = "demonstration"
