"""What every stored thing has."""

from __future__ import annotations

from django.db import models

from qiao.common.identifiers import public_id


class Timestamped(models.Model):
    """When it was made and last changed."""

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class Public(Timestamped):
    """Something with an address: `public_id` is what URLs and partners see."""

    public_id = models.CharField(max_length=12, unique=True, default=public_id, editable=False)

    class Meta:
        abstract = True
