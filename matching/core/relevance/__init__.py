"""From similarities of several kinds to one score of every query with every document, alike in any language.

Arrays only: rows are queries, columns are documents. Nothing here knows where a similarity comes from.
"""
