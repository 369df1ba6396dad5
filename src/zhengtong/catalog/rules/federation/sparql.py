"""Questions in SPARQL to the catalogue as DCAT-AP (图查询).  Only what is in the graph: nothing is fetched.

`SERVICE` and `FROM` would have the engine call other hosts, so a question with either is refused.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

from rdflib import Graph
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue

from zhengtong.kernel.errors import RuleBroken

QUESTION_CHARS_MAX = 20_000
ROWS_MAX = 10_000
ENTRIES_MAX = 20_000  # what one graph in memory holds
_PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/",
    "dcatap": "http://data.europa.eu/r5r/", "skos": "http://www.w3.org/2004/02/skos/core#",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answers:
    """The variables asked for and what they stand for; of an ASK one row with the variable `ask`."""

    variables: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def ask(graph: Graph, question: str) -> Answers:
    """Answer a SELECT or ASK; the usual prefixes need not be declared.

    Raises RuleBroken: it cannot be read, is another kind of question, or would reach outside the graph.
    """
    if len(question) > QUESTION_CHARS_MAX:
        raise RuleBroken("catalog.sparql_unread", why=f"> {QUESTION_CHARS_MAX}")
    try:
        prepared = prepareQuery(question, initNs=_PREFIXES)
    except Exception as wrong:  # rdflib raises whatever its parser meets
        raise RuleBroken("catalog.sparql_unread", why=str(wrong)[:200]) from None
    parts = {part.name for part in _parts(prepared.algebra)}
    if "ServiceGraphPattern" in parts or "DatasetClause" in parts or prepared.algebra.get("datasetClause"):
        raise RuleBroken("catalog.sparql_outside")
    if not parts & {"SelectQuery", "AskQuery"}:
        raise RuleBroken("catalog.sparql_kind")
    found: Any = graph.query(prepared)  # Any: rdflib's result of either kind
    if found.type == "ASK":
        return Answers(("ask",), ((str(bool(found.askAnswer)).lower(),),))
    variables = tuple(str(one) for one in found.vars or ())
    rows = (tuple("" if cell is None else str(cell) for cell in row) for row in islice(found, ROWS_MAX))
    return Answers(variables, tuple(rows))


def _parts(value: object) -> Iterator[CompValue]:
    """Every part of a parsed question, however deep."""
    if isinstance(value, CompValue):
        yield value
        for held in cast("Mapping[str, object]", value).values():
            yield from _parts(held)
    elif isinstance(value, list | tuple):
        for held in cast("Sequence[object]", value):
            yield from _parts(held)
