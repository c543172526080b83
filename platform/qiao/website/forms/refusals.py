"""What a domain function refuses, shown at the fields it is about: the website's name for it."""

from qiao.common.refusals import show_refusal

__all__ = ["show_refusal"]
