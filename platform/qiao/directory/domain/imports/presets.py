"""Files of a known origin: told by their fields, each with a rule that turns a row into ours. Rules invent nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from qiao.common.text import clean_line
from qiao.directory.enums import ImportKind, OrganisationKind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Shaped = dict[str, Any]


@dataclass(frozen=True)
class Preset:
    """A known origin: the fields that give it away, what the file holds, and the rule for a row."""

    name: str
    label: StrOrPromise
    explanation: StrOrPromise
    kind: str
    fields: frozenset[str]
    shape: Callable[[dict[str, Any]], Shaped]
    #: A field and the value that it has in every row, when field names alone would fit other files too.
    sign: tuple[str, str] = ("", "")


def recognised(columns: list[str], rows: list[dict[str, Any]]) -> Preset | None:
    """The preset whose fields the file has, if any."""
    for preset in PRESETS.values():
        name, value = preset.sign
        if preset.fields <= set(columns) and (not name or all(row.get(name) == value for row in rows)):
            return preset
    return None


#: Words in a name that tell the kind, first match counts: a university's laboratory is the university's.
_KIND_BY_NAME = (
    (r"universi|college|polytechni|hochschule|virginia tech|\bUC\b|\bMIT\b|\bETH\b|TU Wien|\bIIT\b", "university"),
    (r"institut|laborator|\blabs?\b|cent(?:er|re)\b|research|observatory|\bCERN\b|inria", "research_institute"),
    (r"\b(?:inc|ltd|llc|gmbh|corp|s\.l|b\.v)\b", "sme"),
    (r"hospital|clinic\b", "hospital"),
)  # fmt: skip


def kind_of_open_source(name: str) -> str:
    """University, institute, firm or hospital by the words of its name; any other is a community: an association."""
    for pattern, kind in _KIND_BY_NAME:
        if re.search(pattern, name, re.IGNORECASE):
            return kind
    return OrganisationKind.INDUSTRY_ASSOCIATION


_SECTOR_OF_CATEGORY = {
    "science and medicine": "science-maths",
    "programming languages": "ict-software",
    "end user applications": "ict-software",
    "data": "ict-data",
    "operating systems": "ict-software",
    "web": "ict-software",
    "media": "culture-media",
    "security": "ict-security",
    "infrastructure and cloud": "ict-software",
    "social and communication": "culture-society",
    "development tools": "ict-software",
    "artificial intelligence": "ict-ai",
}


def _open_source(row: dict[str, Any]) -> Shaped:
    """An organisation with one offer: what it makes, its topics and its technologies."""
    name, about = clean_line(str(row["name"])), clean_line(str(row["text"]))
    topics, technologies = ", ".join(row.get("topics") or []), ", ".join(row.get("technologies") or [])
    text = [about]
    if topics:
        text.append(f"Topics: {topics}.")
    if technologies:
        text.append(f"Technologies: {technologies}.")
    sector = _SECTOR_OF_CATEGORY.get(str(row.get("category", "")).lower())
    key = name.casefold()
    return {
        "organisation.external_id": key,
        "organisation.name_en": name,
        "organisation.kind": kind_of_open_source(name),
        "organisation.website": row.get("url", ""),
        "organisation.summary_en": about,
        "organisation.sectors": [sector] if sector else [],
        "listing.external_id": key,
        "listing.direction": row["kind"],
        "listing.kind": "technology",
        "listing.language": row["lang"],
        "listing.title": f"{name}: {about}" if len(name) + len(about) < 120 else about,
        "listing.text": "\n\n".join(text),
        "listing.ip_status": "open",
        "listing.sectors": [sector] if sector else [],
    }


#: Parts of Horizon Europe: names in both languages, and a sector where one fits all of it.
_CLUSTERS = {
    "CL1": ("Health", "生命健康", "health-public"),
    "CL2": ("Culture, creativity and inclusive society", "文化、创意与包容性社会", "culture-society"),
    "CL3": ("Civil security for society", "社会公共安全", "built-safety"),
    "CL4": ("Digital, industry and space", "数字、工业与航天", ""),
    "CL5": ("Climate, energy and mobility", "气候、能源与交通", ""),
    "CL6": (
        "Food, bioeconomy, natural resources, agriculture and environment",
        "食品、生物经济、自然资源、农业与环境",
        "",
    ),
    "MISS": ("Missions", "使命计划", ""),
    "JU": ("Joint undertakings", "联合行动计划", ""),
    "WIDERA": ("Widening participation", "扩大参与", ""),
    "INFRA": ("Research infrastructures", "科研基础设施", ""),
    "MSCA": ("Marie Skłodowska-Curie Actions", "玛丽·居里行动计划", ""),
    "EIC": ("European Innovation Council", "欧洲创新理事会", ""),
    "EIE": ("European innovation ecosystems", "欧洲创新生态系统", ""),
}
_HEADING = re.compile(r"\s*\b(Objective|Expected Outcomes?|Expected Impact|Scope|Specific Challenge):\s*")


def _eu_call(row: dict[str, Any]) -> Shaped:
    """A need of the programme that pays for it, or of the part of the programme where one is named."""
    programme, cluster = clean_line(str(row["programme"])), clean_line(str(row.get("cluster") or ""))
    name_en, name_zh, sector = _CLUSTERS.get(cluster, (cluster, cluster, ""))
    text = _HEADING.sub(r"\n\n**\1.** ", str(row["text"])).strip()
    call = f"Call: {clean_line(str(row['call']))}. " if row.get("call") else ""
    return {
        "organisation.external_id": f"{programme}/{cluster}".casefold(),
        "organisation.name_en": f"{programme}: {name_en}" if cluster else programme,
        "organisation.kind": "government_body",
        "organisation.summary_en": f"A funding programme of the European Union{f' ({name_en})' if cluster else ''}.",
        "organisation.summary_zh": f"欧盟资助计划{f'（{name_zh}）' if cluster else ''}。",
        "listing.external_id": row["id"],
        "listing.direction": row["kind"],
        "listing.kind": "rd_cooperation",
        "listing.language": row["lang"],
        "listing.title": row["title"],
        "listing.text": f"{text}\n\n{call}Reference: {row['id']}.",
        "listing.sectors": [sector] if sector else [],
        "listing.valid_until": row.get("deadline") or "",
        "listing.closed": str(row.get("status", "")).lower() == "closed",
    }


def _enterprise_need(row: dict[str, Any]) -> Shaped:
    """A need whose writer the file does not name: a managed profile a row, and an anonymous listing."""
    identifier = str(row["id"])
    # Line breaks were lost on the way into the file: they stand there as a backslash and an n.
    text = re.sub(r"(?:\\r)?\\n\s*", "\n\n", str(row.get("text") or "")).replace("\\t", " ").strip()
    language = "zh" if row["lang"] == "zh" else "en"
    name = {"zh": f"未具名企业 {identifier[:8]}", "en": f"Unnamed enterprise {identifier[:8]}"}[language]
    summary = {"zh": "该企业未公开名称。", "en": "This enterprise has not given its name."}[language]
    return {
        "organisation.external_id": identifier,
        f"organisation.name_{language}": name,
        "organisation.kind": row["org_type"],
        f"organisation.summary_{language}": summary,
        "listing.external_id": identifier,
        "listing.direction": row["kind"],
        "listing.kind": "technology",
        "listing.language": row["lang"],
        "listing.title": row["title"],
        "listing.text": text,
        "listing.anonymous": True,
    }


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            name="gsoc_organisations",
            label=_("Open-source organisations (Google Summer of Code)"),
            explanation=_(
                "Each organisation gets an offer made of its description, topics and technologies. Its kind is told by "
                "its name: university, institute, firm; any other is a community, kept as an industry association."
            ),
            kind=ImportKind.ORGANISATIONS,
            fields=frozenset({"name", "text", "topics", "technologies", "url", "kind", "lang"}),
            shape=_open_source,
        ),
        Preset(
            name="eu_calls",
            label=_("Funding calls of the European Union"),
            explanation=_(
                "Each call is a need of the programme that pays for it, valid until its deadline. Calls that are "
                "closed or past their deadline are kept as expired."
            ),
            kind=ImportKind.LISTINGS,
            fields=frozenset({"id", "title", "text", "programme", "cluster", "deadline", "status", "kind", "lang"}),
            shape=_eu_call,
        ),
        Preset(
            name="zh_enterprise_needs",
            label=_("Needs of unnamed enterprises"),
            explanation=_(
                "The file names no organisation: each need gets a managed profile of its own and is listed without "
                "a name."
            ),
            kind=ImportKind.LISTINGS,
            fields=frozenset({"id", "lang", "kind", "org_type", "title", "text"}),
            shape=_enterprise_need,
            sign=("org_type", "enterprise"),
        ),
    )
}
