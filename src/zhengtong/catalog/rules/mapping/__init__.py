"""Columns of anybody's listing to our fields (列映射): by the words of the heading and by the values below it."""

from zhengtong.catalog.rules.mapping.fields import (
    COMMON_FIELDS,
    FIELDS,
    PROFILE_FIELDS,
    Field,
    field_of_column,
)
from zhengtong.catalog.rules.mapping.guesses import SURE, THRESHOLD, Guess, guess_columns, signature_of
from zhengtong.catalog.rules.mapping.shapes import Shape, shape_of

__all__ = [
    "COMMON_FIELDS",
    "FIELDS",
    "PROFILE_FIELDS",
    "SURE",
    "THRESHOLD",
    "Field",
    "Guess",
    "Shape",
    "field_of_column",
    "guess_columns",
    "shape_of",
    "signature_of",
]
