from django.apps import AppConfig
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _


class WebsiteConfig(AppConfig):
    name = "qiao.website"
    label = "website"

    def ready(self) -> None:
        """The administration site carries the name of the site it is part of."""
        from django.conf import settings
        from django.contrib import admin

        title = format_lazy("{} · {}", settings.SITE_NAME, _("administration"))
        admin.site.site_header = admin.site.site_title = title
        admin.site.index_title = settings.SITE_NAME
