from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "qiao.common"
    label = "common"
