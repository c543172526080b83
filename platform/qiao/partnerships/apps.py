from django.apps import AppConfig


class PartnershipsConfig(AppConfig):
    name = "qiao.partnerships"
    label = "partnerships"

    def ready(self) -> None:
        from qiao.activity.domain.outbox import subscribe

        subscribe("request.place_free", "partnerships.fill_free_places")
        subscribe("block.changed", "partnerships.end_requests_to_blocked")
        subscribe("meeting.changed", "partnerships.carry_on_from_meeting")
