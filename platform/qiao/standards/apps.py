from django.apps import AppConfig


class StandardsConfig(AppConfig):
    name = "qiao.standards"
    label = "standards"
