from django.apps import AppConfig


class WebsiteConfig(AppConfig):
    name = "qiao.website"
    label = "website"
