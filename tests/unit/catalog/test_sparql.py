"""SPARQL to the catalogue: what is in the graph is found, what reaches outside is refused before anything runs."""

import pytest
from rdflib import Graph

from zhengtong.catalog.rules.federation.sparql import QUESTION_CHARS_MAX, ask
from zhengtong.kernel.errors import RuleBroken

TURTLE = """
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
<urn:1> a dcat:Dataset ; dct:title "不动产登记"@zh ; dct:publisher <urn:land> .
<urn:2> a dcat:Dataset ; dct:title "排水许可证"@zh .
"""


@pytest.fixture
def graph() -> Graph:
    return Graph().parse(data=TURTLE, format="turtle")


def test_a_question_is_answered_from_the_graph(graph: Graph) -> None:
    found = ask(graph, "SELECT ?t ?p WHERE { ?d dct:title ?t OPTIONAL { ?d dct:publisher ?p } } ORDER BY ?t")
    assert found.variables == ("t", "p")
    assert found.rows == (("不动产登记", "urn:land"), ("排水许可证", ""))
    assert ask(graph, "ASK { ?d dct:publisher <urn:land> }").rows == (("true",),)
    assert ask(graph, "ASK { ?d dct:publisher <urn:tax> }").rows == (("false",),)


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("SELECT * WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "sparql_outside"),
        (
            "SELECT * WHERE { { SELECT ?s { OPTIONAL { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } } } } }",
            "sparql_outside",
        ),
        ("SELECT * FROM <http://127.0.0.1:9/x.ttl> WHERE { ?s ?p ?o }", "sparql_outside"),
        ("ASK FROM NAMED <http://127.0.0.1:9/x.ttl> { GRAPH ?g { ?s ?p ?o } }", "sparql_outside"),
        ("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", "sparql_kind"),
        ("DESCRIBE <urn:1>", "sparql_kind"),
        ("INSERT DATA { <urn:3> a <urn:4> }", "sparql_unread"),
        ("LOAD <http://127.0.0.1:9/x.ttl>", "sparql_unread"),
        ("nonsense", "sparql_unread"),
        ("", "sparql_unread"),
        ("#" * (QUESTION_CHARS_MAX + 1), "sparql_unread"),
    ],
)
def test_what_reaches_outside_or_cannot_be_read_is_refused(graph: Graph, question: str, key: str) -> None:
    with pytest.raises(RuleBroken, match=key):
        ask(graph, question)
    assert len(graph) == 5
