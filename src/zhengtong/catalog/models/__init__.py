"""Rows behind the catalogue.  Rows store, `rules` decide, `services` are the only writers."""

from zhengtong.catalog.models.assessments import Assessment
from zhengtong.catalog.models.derivations import Derivation
from zhengtong.catalog.models.entries import Entry, Item, Revision, SourceNaming
from zhengtong.catalog.models.following import ChangeNotice, Subscription
from zhengtong.catalog.models.harvest import HarvestedEntry, HarvestRun, HarvestSource, UpwardReport
from zhengtong.catalog.models.intake import ColumnDecision
from zhengtong.catalog.models.matters import Matter, MatterDocument
from zhengtong.catalog.models.profiles import DataProfile
from zhengtong.catalog.models.search import FacetGroup, SearchDocument, SearchText

__all__ = [
    "Assessment",
    "ChangeNotice",
    "ColumnDecision",
    "DataProfile",
    "Derivation",
    "Entry",
    "FacetGroup",
    "HarvestRun",
    "HarvestSource",
    "HarvestedEntry",
    "Item",
    "Matter",
    "MatterDocument",
    "Revision",
    "SearchDocument",
    "SearchText",
    "SourceNaming",
    "Subscription",
    "UpwardReport",
]
