"""Which encoder a bridge has in service, and which one is on its way."""

from __future__ import annotations

from matching.app.encoder import NamedEncoder, configured_encoder
from matching.app.models import BridgeEncoder
from qiao.bridges.models import Bridge


def encoder_in_use(bridge_id: int) -> NamedEncoder:
    """The encoder whose vectors the bridge is searched and scored by; before its first text, the configured one."""
    row = BridgeEncoder.objects.filter(bridge=bridge_id).only("in_use", "in_use_setting").first()
    return NamedEncoder(row.in_use, row.in_use_setting) if row is not None else configured_encoder()


def encoders_of(bridge_id: int) -> list[NamedEncoder]:
    """What a text that changes now is encoded with: the encoder in service, and the one that is to follow it."""
    row = BridgeEncoder.objects.filter(bridge=bridge_id).first()
    if row is None:
        return [configured_encoder()]
    found = [NamedEncoder(row.in_use, row.in_use_setting)]
    if row.coming:
        found.append(NamedEncoder(row.coming, row.coming_setting))
    return found


def reencoding_of(bridge: Bridge) -> BridgeEncoder | None:
    """How far the bridge's next encoder has come; None when none is on its way."""
    return BridgeEncoder.objects.filter(bridge=bridge).exclude(coming="").first()


def put_in_service(bridge_id: int, encoder: NamedEncoder) -> None:
    """Note the encoder of a bridge's first texts. Part of the caller's act; changes nothing where there is one."""
    BridgeEncoder.objects.get_or_create(
        bridge_id=bridge_id, defaults={"in_use": encoder.name, "in_use_setting": encoder.setting}
    )
