"""Columns and constraints that several rows of sharing share."""

from django.db import models
from django.db.models import Q


def who_and_when(name: str, *, at: str, by: str) -> models.CheckConstraint:
    """A constraint that an act has both its time and its person, or neither (何时、何人)."""
    return models.CheckConstraint(
        name=name,
        condition=Q(**{f"{at}__isnull": True, f"{by}__isnull": True})
        | Q(**{f"{at}__isnull": False, f"{by}__isnull": False}),
    )
