from django.apps import AppConfig


class OrganiserConfig(AppConfig):
    name = "qiao.organiser"
    label = "organiser"
