"""The pages' filters, for programs: the same rows for the same words."""

from __future__ import annotations

from typing import Any

from qiao.api.core.errors import InvalidParameter


def filtered(filters: type[Any], view: Any, queryset: Any, **known: Any) -> Any:
    """The rows that the parameters of the address ask for. Raises `InvalidParameter` for a value that is none."""
    names = set(filters.base_filters)
    data = {name: value for name, value in view.request.query_params.items() if name in names}
    made = filters(data, queryset=queryset, **known)
    if not made.is_valid():
        raise InvalidParameter(parameter=next(iter(made.form.errors)))
    return made.qs
