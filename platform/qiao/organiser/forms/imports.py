"""Forms of an import: the file, where its columns go, and the confirmation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qiao.bridges.models import Bridge, Side
from qiao.directory.domain.imports.presets import PRESETS
from qiao.directory.domain.imports.targets import TARGETS
from qiao.directory.enums import Direction, ImportKind, ListingKind, OrganisationKind
from qiao.directory.models import ImportJob


class SideField(forms.ModelChoiceField):  # type: ignore[type-arg]  # the generic is not subscriptable at run time
    """A side of the bridge, or none: then each row's country tells."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Side of the bridge"))
        kwargs.setdefault("help_text", gettext_lazy("Needed when the rows do not say their country."))
        super().__init__(
            queryset=Side.objects.none(),
            required=False,
            empty_label=gettext_lazy("By the country in each row"),
            to_field_name="code",
            **kwargs,
        )


class UploadForm(forms.Form):
    """The file and what it is."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.jsonl,.ndjson,.json"}),
    )
    side = SideField()

    def __init__(self, *args: Any, bridge: Bridge, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["side"].queryset = bridge.sides.all()  # type: ignore[attr-defined]
        limit = settings.UPLOAD_LIMIT_MB
        self.fields["file"].widget.attrs["data-limit"] = limit * 1024 * 1024
        self.fields["file"].widget.attrs["data-too-large"] = too_large_message()
        self.fields["file"].help_text = _(
            "CSV (also as Excel saves it in China), XLSX or JSON Lines, up to %(limit)s MB and 200,000 rows."
        ) % {"limit": limit}

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_LIMIT_MB * 1024 * 1024:
            raise forms.ValidationError(
                _("This file has %(size)s. At most %(limit)s MB are taken: split it.")
                % {"size": filesizeformat(file.size), "limit": settings.UPLOAD_LIMIT_MB}
            )
        return file


def too_large_message() -> str:
    """What a person is told whose file is too large."""
    return _("This file is larger than %(limit)s MB. Nothing was uploaded: split it, or leave out columns.") % {
        "limit": settings.UPLOAD_LIMIT_MB
    }


def _constant(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[("", "---------"), *choices], required=False)


class MappingForm(forms.Form):
    """Where each column goes, and what holds for every row. `columns` are its fields by column."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What each row is"), choices=ImportKind.choices, widget=forms.RadioSelect
    )
    preset = forms.ChoiceField(label=gettext_lazy("How the rows are read"), required=False, widget=forms.RadioSelect)
    side = SideField()
    organisation_kind = _constant(
        gettext_lazy("Kind of organisation, where no column says it"), OrganisationKind.choices
    )
    listing_direction = _constant(gettext_lazy("Need or offer, where no column says it"), Direction.choices)
    listing_kind = _constant(gettext_lazy("Kind of need or offer, where no column says it"), ListingKind.choices)
    source = forms.CharField(
        label=gettext_lazy("Name of this source"),
        max_length=28,
        help_text=gettext_lazy(
            "A row of the same source with the same number is the same thing: importing a newer file of this source "
            "changes what has changed."
        ),
    )
    publish = forms.BooleanField(
        label=gettext_lazy("Publish needs and offers at once"),
        help_text=gettext_lazy("You vouch for them. Otherwise each waits for review."),
        required=False,
    )
    mend = forms.BooleanField(
        label=gettext_lazy("Cut texts that are too long"),
        help_text=gettext_lazy("The report names each. A missing text is filled with the title."),
        required=False,
    )

    def __init__(self, *args: Any, job: ImportJob, **kwargs: Any) -> None:
        kwargs.setdefault("initial", _initial(job))
        super().__init__(*args, **kwargs)
        self.job = job
        self.fields["side"].queryset = job.bridge.sides.all()  # type: ignore[attr-defined]
        known = job.mapping.get("preset", "")
        offered = [(known, PRESETS[known].label)] if known in PRESETS else _fitting(job)
        self.fields["preset"].choices = [*offered, ("", _("Column by column, as chosen below"))]  # type: ignore[attr-defined]
        if not offered:
            del self.fields["preset"]
        choices = _targets()
        for number, column in enumerate(job.columns):
            self.fields[f"column_{number}"] = forms.ChoiceField(
                label=column,
                choices=choices,
                required=False,
                initial=job.mapping.get("columns", {}).get(column, ""),
            )

    @property
    def columns(self) -> list[forms.BoundField]:
        """The fields that say where a column goes."""
        return [self[f"column_{number}"] for number in range(len(self.job.columns))]

    @property
    def mapping(self) -> dict[str, Any]:
        """The mapping as the domain takes it."""
        data = self.cleaned_data
        constants = {
            "organisation.kind": data["organisation_kind"],
            "listing.direction": data["listing_direction"],
            "listing.kind": data["listing_kind"],
        }
        columns = {c: data[f"column_{n}"] for n, c in enumerate(self.job.columns) if data[f"column_{n}"]}
        preset = data.get("preset", "")
        return {
            "preset": preset,
            "columns": {} if preset else columns,
            "constants": {} if preset else {code: value for code, value in constants.items() if value},
            "mend": data["mend"],
            "publish": data["publish"],
        }

    def show(self, errors: dict[str, list[str]]) -> None:
        """Show what the domain found wrong at the fields it is about."""
        names = {"organisation.kind": "organisation_kind", "listing.direction": "listing_direction",
                 "listing.kind": "listing_kind"}  # fmt: skip
        for name, reasons in errors.items():
            field = names.get(name, name)
            for reason in reasons:
                self.add_error(field if field in self.fields else None, reason)


def _initial(job: ImportJob) -> dict[str, Any]:
    constants = job.mapping.get("constants", {})
    return {
        "kind": job.kind,
        "preset": job.mapping.get("preset", ""),
        "side": job.side.code if job.side else "",
        "organisation_kind": constants.get("organisation.kind", ""),
        "listing_direction": constants.get("listing.direction", ""),
        "listing_kind": constants.get("listing.kind", ""),
        "source": job.source,
        "publish": job.mapping.get("publish", True),
        "mend": job.mapping.get("mend", False),
    }


def _fitting(job: ImportJob) -> list[tuple[str, Any]]:
    """Known origins whose fields the file has: one that was set aside can be chosen again."""
    return [(preset.name, preset.label) for preset in PRESETS.values() if preset.fields <= set(job.columns)][:1]


def _targets() -> list[tuple[Any, Any]]:
    groups: dict[str, list[tuple[str, Any]]] = {"organisation": [], "listing": []}
    for target in TARGETS.values():
        groups[target.of].append((target.code, target.label))
    return [
        ("", _("Leave it out")),
        (_("Organisation"), groups["organisation"]),
        (_("Need or offer"), groups["listing"]),
    ]


class ConfirmForm(forms.Form):
    """The last word before an import is applied."""

    leave_out_bad = forms.BooleanField(required=False)

    def __init__(self, *args: Any, bad: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["leave_out_bad"].label = _("Leave out the bad rows and import the others")
        if not bad:
            del self.fields["leave_out_bad"]
