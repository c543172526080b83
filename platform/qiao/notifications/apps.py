from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "qiao.notifications"
    label = "notifications"

    def ready(self) -> None:
        from qiao.activity.domain.outbox import subscribe

        subscribe("mail.waiting", "notifications.send_mail")
        subscribe("circular.approved", "notifications.write_copies")
