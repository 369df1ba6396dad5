"""The catalogue as DCAT-AP 3 (目录的 DCAT-AP 表示): JSON-LD, and Turtle made of it.

Nothing here is read from the network: the context stands in the document.  Terms: https://www.w3.org/TR/vocab-dcat-3/
and DCAT-AP 3.0.1.  Our themes stand beside the European ones, so that nothing is lost in the translation.
"""

from collections.abc import Iterable
from typing import Any

from rdflib import Graph
from rdflib.plugins.parsers.jsonld import to_rdf

from zhengtong.catalog.rules.federation.records import Home, SharedEntry
from zhengtong.catalog.rules.federation.vocabularies import EU, said
from zhengtong.catalog.rules.terms import ShareType

Node = dict[str, Any]  # Any: a JSON-LD node nests without end
CONTEXT: dict[str, str] = {
    "adms": "http://www.w3.org/ns/adms#",
    "csvw": "http://www.w3.org/ns/csvw#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
STANDARD = "政务信息资源目录编制指南（试行）"
_RIGHTS = {ShareType.UNCONDITIONAL: "RESTRICTED", ShareType.CONDITIONAL: "RESTRICTED", ShareType.WITHHELD: "NON_PUBLIC"}
_MODES = {
    "service": ("服务接口", "Service"),
    "batch": ("批量交换", "Batch exchange"),
    "file": ("文件下载", "File download"),
}


def jsonld(entries: Iterable[SharedEntry], home: Home, *, next_page: str = "") -> Node:
    """A catalogue of these entries; `next_page` is the address of what follows."""
    node: Node = {
        "@context": CONTEXT,
        "@id": home.catalogue(),
        "@type": "dcat:Catalog",
        "dct:title": [_zh("政务数据目录"), _en("Catalogue of government data")],
        "dct:description": [
            _zh(f"{home.publisher}发布的政务数据目录"),
            _en("Catalogue of government data published under the Regulations on Government Data Sharing"),
        ],
        "dct:publisher": _agent(home, home.publisher_code, home.publisher),
        "dct:language": _concept("language", "ZHO", "dct:LinguisticSystem"),
        "foaf:homepage": {"@id": home.catalogue(), "@type": ["dcat:Catalog", "foaf:Document"]},
        "dct:license": _licence(home),
        "dcat:themeTaxonomy": [_scheme(home), {"@id": f"{EU}/data-theme", "@type": "skos:ConceptScheme",
                                               "dct:title": _en("Data theme")}],
        "dcat:dataset": [dataset(entry, home) for entry in entries],
    }  # fmt: skip
    if next_page:
        node["rdfs:seeAlso"] = {"@id": next_page}
    return node


def dataset(entry: SharedEntry, home: Home) -> Node:
    """One entry as a dcat:Dataset."""
    me = home.entry(entry.id)
    node: Node = {
        "@id": me,
        "@type": "dcat:Dataset",
        "dct:title": _zh(entry.name),
        "dct:description": _zh(entry.abstract or entry.name),
        "dct:identifier": entry.code,
        "dct:publisher": _agent(home, entry.provider_code, entry.provider),
        "dcat:contactPoint": {
            "@id": f"{home.organization(entry.provider_code)}#contact",
            "@type": ["vcard:Organization", "vcard:Kind"],
            "vcard:fn": entry.provider,
        },
        "dcat:keyword": [_zh(word) for word in entry.keywords],
        "dct:issued": _day(entry.issued_on.isoformat()),
        "dct:modified": _day(entry.modified_on.isoformat()),
        "dct:accessRights": _concept(
            "access-right", "PUBLIC" if entry.open_flag else _RIGHTS[entry.share_type], "dct:RightsStatement"
        ),
        "dct:language": _concept("language", "ZHO", "dct:LinguisticSystem"),
        "dct:conformsTo": {"@type": "dct:Standard", "dct:title": _zh(STANDARD)},
        "dcat:landingPage": {"@id": f"{me}#page", "@type": "foaf:Document"},
        "dcat:version": str(entry.version),
        "dcat:distribution": [_distribution(entry, mode, me, home) for mode in entry.share_modes],
        **_classed(entry, home),
    }
    if frequency := said("frequency", entry.cycle):
        node["dct:accrualPeriodicity"] = _concept("frequency", frequency, "dct:Frequency")
    if entry.place:
        node["dct:spatial"] = {
            "@id": f"{home.base}/open/place/{entry.place}",
            "@type": "dct:Location",
            "dct:identifier": entry.place,
        }
    if entry.legal_basis:
        node["dcatap:applicableLegislation"] = {
            "@id": f"{me}#basis",
            "@type": "eli:LegalResource",
            "dct:title": _zh(entry.legal_basis),
        }
    return node


def turtle(document: Node) -> str:
    """The same catalogue in Turtle."""
    graph = triples(document)
    for prefix, uri in CONTEXT.items():
        graph.bind(prefix, uri)
    return graph.serialize(format="turtle")


def triples(document: Node) -> Graph:
    """A JSON-LD document, whose contexts must stand in it, as triples."""
    held = Graph(store="SimpleMemory")  # neither Graph.parse nor a store of named graphs: both lean on what rdflib
    to_rdf(document, held)  # itself calls deprecated
    return held


def _classed(entry: SharedEntry, home: Home) -> Node:
    if not entry.theme:
        return {}
    own = {
        "@id": f"{home.base}/open/theme/{entry.theme}",
        "@type": "skos:Concept",
        "skos:prefLabel": [_zh(entry.theme_zh), *([_en(entry.theme_en)] if entry.theme_en else [])],
        "skos:notation": entry.theme,
        "skos:inScheme": {"@id": _scheme(home)["@id"]},
    }
    european = said("theme", entry.theme)
    return {"dcat:theme": [own, *([_concept("data-theme", european, "skos:Concept")] if european else [])]}


def _distribution(entry: SharedEntry, mode: str, me: str, home: Home) -> Node:
    zh, en = _MODES.get(mode, (mode, mode))
    columns = [
        {
            "csvw:name": item.code,
            "csvw:titles": _zh(item.name),
            "csvw:datatype": said("datatype", item.data_type, otherwise="string"),
        }
        for item in entry.items
    ]
    terms = entry.open_conditions if entry.open_flag else entry.conditions
    node: Node = {
        "@id": f"{me}#{mode}",
        "@type": "dcat:Distribution",
        "dct:title": [_zh(zh), _en(en)],
        "dcat:accessURL": {"@id": me, "@type": ["dcat:Dataset", "rdfs:Resource"]},
        "dct:license": _licence(home),
        "dcatap:availability": _concept("planned-availability", "STABLE", "skos:Concept"),
        "csvw:tableSchema": {
            "@id": f"{me}#items",
            "@type": ["csvw:Schema", "dct:Standard"],
            "csvw:column": {"@list": columns},
        },
        "dct:conformsTo": {"@id": f"{me}#items"},
    }
    if terms:
        node["dct:rights"] = {"@type": "dct:RightsStatement", "rdfs:label": _zh(terms)}
    return node


def _agent(home: Home, code: str, name: str) -> Node:
    return {
        "@id": home.organization(code),
        "@type": "foaf:Agent",
        "foaf:name": _zh(name),
        "dct:type": {
            "@id": "http://purl.org/adms/publishertype/LocalAuthority",
            "@type": "skos:Concept",
            "skos:prefLabel": _en("Local Authority"),
        },
    }


def _licence(home: Home) -> Node:
    """The Decree's terms: shared data serve the performance of duties and no other end."""
    return {
        "@id": f"{home.base}/open/terms",
        "@type": "dct:LicenseDocument",
        "dct:title": [_zh("按照《政务数据共享条例》使用"), _en("Use under the Regulations on Government Data Sharing")],
    }


def _scheme(home: Home) -> Node:
    return {
        "@id": f"{home.base}/open/theme",
        "@type": "skos:ConceptScheme",
        "dct:title": [_zh("主题分类"), _en("Themes")],
    }


def _concept(scheme: str, code: str, type: str) -> Node:
    return {"@id": f"{EU}/{scheme}/{code}", "@type": [type, "skos:Concept"] if type != "skos:Concept" else type,
            "skos:prefLabel": _en(code), "skos:inScheme": {"@id": f"{EU}/{scheme}"}}  # fmt: skip


def _zh(text: str) -> Node:
    return {"@value": text, "@language": "zh"}


def _en(text: str) -> Node:
    return {"@value": text, "@language": "en"}


def _day(day: str) -> Node:
    return {"@value": day, "@type": "xsd:date"}
