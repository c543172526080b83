"""An example of each body, shown in the description and sent by the tests, by method and name of the address.

`{…}` stands for an identifier that only a real bridge has.
"""

from __future__ import annotations

from typing import Any

EXAMPLES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "rotation"): {"overlap_hours": 24},
    ("POST", "organisation_list"): {
        "name": {"en": "Pearl River Optics", "zh": "珠江光学"}, "kind": "startup", "country": "GB", "size": "small",
        "summary": {"en": "Lenses for keyhole surgery."}, "website": "https://optics.example",
    },
    ("PATCH", "organisation"): {"summary": {"en": "Sensors for wards.", "zh": "病房传感器。"}},
    ("POST", "membership_list"): {"organisation": "{own}"},
    ("POST", "listing_list"): {
        "direction": "need", "kind": "clinical_validation", "language": "en",
        "title": {"en": "Hospital to test a gait sensor", "zh": "寻找医院测试步态传感器"},
        "text": {"en": "A wearable sensor for falls, CE marked, needs a ward of 30 beds for three months."},
        "forms": ["rd_cooperation"], "countries": ["CN"], "trl": 7,
    },
    ("PATCH", "listing"): {"title": {"en": "Two hospitals to test a gait sensor"}},
    ("POST", "listing_act"): {"act": "submit"},
    ("POST", "proposal_response"): {"answer": "no", "reason": "too_early"},
    ("POST", "proposal_mark"): {"act": "save"},
    ("POST", "introduction_act"): {"act": "close", "reason": "timing", "note": "Let us talk next year."},
    ("POST", "message_list"): {"text": "Shall we meet on Tuesday?", "acknowledges": True},
    ("POST", "milestone_list"): {"stage": "nda", "happened_on": "2026-03-02", "comment": "Signed by both."},
    ("POST", "milestone_act"): {"act": "confirm"},
    ("POST", "entry_list"): {"language": "en", "title": "Sensors in walls", "answers": {"1": "We hear it first."}},
    ("PATCH", "entry"): {"title": "Sensors everywhere"},
    ("POST", "entry_act"): {"act": "withdraw"},
    ("POST", "session_answer"): {"comes": True},
    ("POST", "registration_list"): {
        "email": "colleague@optics.example", "name": "Grace Hopper", "job_title": "Engineer", "languages": ["en"],
        "goals": "A hospital partner in Guangzhou.",
    },
    ("PATCH", "registration"): {"job_title": "Founder", "languages": ["en", "zh"]},
    ("POST", "meeting_list"): {"people": ["{theirs}"], "message": "We both work on falls."},
    ("POST", "meeting_act"): {"act": "withdraw"},
}  # fmt: skip
