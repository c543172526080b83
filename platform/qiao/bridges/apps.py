from django.apps import AppConfig


class BridgesConfig(AppConfig):
    name = "qiao.bridges"
    label = "bridges"
