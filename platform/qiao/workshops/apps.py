from django.apps import AppConfig


class WorkshopsConfig(AppConfig):
    name = "qiao.workshops"
    label = "workshops"

    def ready(self) -> None:
        from qiao.activity.domain.outbox import subscribe
        from qiao.workshops import confirmed_addresses

        confirmed_addresses.connect()
        subscribe("programme.released", "workshops.tell_release")
