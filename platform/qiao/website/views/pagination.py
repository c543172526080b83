"""Cutting a list into pages: the website's name for it."""

from qiao.common.pagination import PAGE_SIZE, page_of

__all__ = ["PAGE_SIZE", "page_of"]
