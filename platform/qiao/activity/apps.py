from django.apps import AppConfig


class ActivityConfig(AppConfig):
    name = "qiao.activity"
    label = "activity"
