"""Another's catalogue read (读取对方目录): data.json, DCAT as JSON-LD or Turtle, CKAN's answers.

Nothing is fetched: a context that stands elsewhere must be given with the file.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from rdflib import DCAT, DCTERMS, RDF, Graph, Literal, Node
from rdflib.namespace import FOAF

from zhengtong.catalog.rules.federation.dcat import triples
from zhengtong.catalog.rules.federation.vocabularies import EU, ours
from zhengtong.catalog.rules.harvest.faults import DATASETS_MAX, faults
from zhengtong.catalog.rules.harvest.records import Foreign, ForeignCatalogue, ForeignForm
from zhengtong.standards.rules import Finding, Severity

BYTES_MAX = 64 * 1024 * 1024
DEPTH_MAX = 64  # of contexts within contexts
_LANGUAGES = ("zh", "zh-cn", "zh-hans", "en")
Json = Mapping[str, Any]  # Any: JSON


def read_foreign(body: bytes, *, contexts: Mapping[str, object] | None = None) -> ForeignCatalogue:
    """What a file says, whatever form it has; what cannot be read is a finding, never an exception.

    `contexts`: JSON-LD contexts by their address, for documents that refer to them.
    """
    if len(body) > BYTES_MAX:
        return _unreadable(f"{len(body)} > {BYTES_MAX} bytes")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _unreadable("UTF-8")
    if not text.lstrip().startswith(("{", "[")):
        return _turtle(text)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as wrong:
        return _unreadable(str(wrong)[:120])
    return _document(document, contexts or {})


def _document(document: object, contexts: Mapping[str, object]) -> ForeignCatalogue:
    if isinstance(document, dict) and (packages := _packages(document)) is not None:
        return _ckan(packages)
    if _is_linked(document):
        return _linked(document, contexts)
    found = faults(document)
    held = document.get("dataset") if isinstance(document, dict) else None
    datasets = (_plain(one) for one in (held if isinstance(held, list) else [])[:DATASETS_MAX] if isinstance(one, dict))
    return ForeignCatalogue(ForeignForm.DATA_JSON, _once(datasets), found)


def _is_linked(document: object) -> bool:
    """Whether this is JSON-LD of DCAT rather than data.json, which names its own context too."""
    if isinstance(document, list):
        return bool(document)
    if not isinstance(document, dict):
        return False
    tells = bool({"@graph", "dcat:dataset"} & document.keys()) or isinstance(document.get("@context"), dict | list)
    return tells or ("@context" in document and "dataset" not in document)


def _linked(document: Any, contexts: Mapping[str, object]) -> ForeignCatalogue:  # Any: JSON
    findings = list[Finding]()
    given = _with_contexts(document, contexts, findings, 0)
    if findings:
        return ForeignCatalogue(ForeignForm.JSONLD, (), tuple(findings))
    try:
        graph = triples(given)
    except Exception as wrong:  # rdflib raises whatever its parser meets
        return _unreadable(str(wrong)[:120])
    return _of_graph(graph, ForeignForm.JSONLD)


def _with_contexts(held: Any, contexts: Mapping[str, object], findings: list[Finding], depth: int) -> Any:
    """The document with every context it refers to put in its place: nothing is read from the network."""
    if depth > DEPTH_MAX:
        findings.append(_fault("harvest_not_readable", why="too deep"))
        return held
    if isinstance(held, list):
        return [_with_contexts(one, contexts, findings, depth + 1) for one in held]
    if not isinstance(held, dict):
        return held
    found = dict[str, Any]()
    for name, value in held.items():
        if name == "@context":
            found[name] = _context(value, contexts, findings)
        elif name == "@import":
            findings.append(_fault("harvest_context_elsewhere", value=str(value)[:60]))
        else:
            found[name] = _with_contexts(value, contexts, findings, depth + 1)
    return found


def _context(value: object, contexts: Mapping[str, object], findings: list[Finding]) -> object:
    listed = value if isinstance(value, list) else [value]
    found = list[object]()
    for one in listed:
        if isinstance(one, str):
            if one not in contexts:
                findings.append(_fault("harvest_context_elsewhere", value=one[:60]))
                continue
            held = contexts[one]
            one = held.get("@context", held) if isinstance(held, dict) else held
        if _refers(one):
            findings.append(_fault("harvest_context_elsewhere", value="@import"))
            continue
        found.append(one)
    return found if isinstance(value, list) else (found[0] if found else {})


def _refers(context: object, depth: int = 0) -> bool:
    """Whether a context sends its reader elsewhere, itself or within a term."""
    if depth > DEPTH_MAX:
        return True
    if isinstance(context, list):
        return any(_refers(one, depth + 1) for one in context)
    if not isinstance(context, dict):
        return False
    inner = context.get("@context")
    names = inner if isinstance(inner, list) else [inner]
    elsewhere = "@import" in context or any(isinstance(one, str) for one in names)
    return elsewhere or any(_refers(one, depth + 1) for one in context.values())


def _turtle(text: str) -> ForeignCatalogue:
    try:
        graph = Graph(store="SimpleMemory").parse(data=text, format="turtle")
    except Exception as wrong:  # rdflib raises whatever its parser meets
        return _unreadable(" ".join(str(wrong).split())[:120])
    return _of_graph(graph, ForeignForm.TURTLE)


def _of_graph(graph: Graph, form: ForeignForm) -> ForeignCatalogue:
    found, wrong = list[Foreign](), list[Finding]()
    for one in sorted(graph.subjects(RDF.type, DCAT.Dataset), key=str)[:DATASETS_MAX]:
        title = _said(graph, one, DCTERMS.title)
        if not title:
            wrong.append(_fault("harvest_missing", where=f"{str(one)[:80]} dct:title"))
            continue
        frequency = str(graph.value(one, DCTERMS.accrualPeriodicity) or "")
        found.append(
            Foreign(
                remote_id=str(graph.value(one, DCTERMS.identifier) or one),
                title=title,
                description=_said(graph, one, DCTERMS.description),
                publisher=_named(graph, one),
                keywords=tuple(sorted({str(word) for word in graph.objects(one, DCAT.keyword)})),
                themes=tuple(sorted({str(theme) for theme in graph.objects(one, DCAT.theme)})),
                cycle=ours("frequency", frequency.removeprefix(f"{EU}/frequency/")),
                access=str(graph.value(one, DCTERMS.accessRights) or "").rpartition("/")[2],
                issued=str(graph.value(one, DCTERMS.issued) or ""),
                modified=str(graph.value(one, DCTERMS.modified) or ""),
                landing=str(graph.value(one, DCAT.landingPage) or ""),
            )
        )
    if not found and not wrong:
        wrong.append(_fault("harvest_nothing", where="dcat:Dataset"))
    return ForeignCatalogue(form, _once(found), tuple(wrong))


def _said(graph: Graph, one: Node, predicate: Node) -> str:
    """A text in the language we read best."""
    held = {
        (word.language or "").lower(): str(word) for word in graph.objects(one, predicate) if isinstance(word, Literal)
    }
    best = next((held[language] for language in _LANGUAGES if language in held), "")
    return best or next((held[language] for language in sorted(held)), "")


def _named(graph: Graph, one: Node) -> str:
    publisher = graph.value(one, DCTERMS.publisher)
    if publisher is None:
        return ""
    return _said(graph, publisher, FOAF.name) or str(publisher)


def _plain(one: Json) -> Foreign | None:
    """A dataset of data.json; None where it has neither identifier nor title to know it by."""
    title, identifier = _text(one.get("title")), _text(one.get("identifier"))
    if not title:
        return None
    publisher = one.get("publisher")
    return Foreign(
        remote_id=identifier or title,
        title=title,
        description=_text(one.get("description")),
        publisher=_text(publisher.get("name")) if isinstance(publisher, dict) else "",
        keywords=_texts(one.get("keyword")),
        themes=_texts(one.get("theme")),
        cycle=ours("repeat", _text(one.get("accrualPeriodicity"))),
        access=_text(one.get("accessLevel")),
        issued=_text(one.get("issued")),
        modified=_text(one.get("modified")),
        landing=_text(one.get("landingPage")),
        items=tuple(
            dict.fromkeys(
                name
                for part in _objects(one.get("distribution"))
                for field in _objects(part.get("field"))
                if (name := _text(field.get("title")))
            )
        ),
    )


def _packages(document: Json) -> list[Json] | None:
    """The packages of an answer of CKAN; None if it is none."""
    result = document.get("result") if document.get("success") is True else None
    if isinstance(result, dict) and isinstance(result.get("results"), list):
        return _objects(result["results"])
    if isinstance(result, list) and all(isinstance(one, dict) for one in result):
        return _objects(result)
    return None


def _ckan(packages: list[Json]) -> ForeignCatalogue:
    found, wrong = list[Foreign](), list[Finding]()
    for at, one in enumerate(packages[:DATASETS_MAX]):
        title, identifier = _text(one.get("title")) or _text(one.get("name")), _text(one.get("id"))
        if not title or not identifier:
            wrong.append(_fault("harvest_missing", where=f"results[{at}].{'title' if identifier else 'id'}"))
            continue
        organ = one.get("organization")
        found.append(
            Foreign(
                remote_id=identifier,
                title=title,
                description=_text(one.get("notes")),
                publisher=_text(organ.get("title")) if isinstance(organ, dict) else "",
                keywords=tuple(_text(tag.get("name")) for tag in _objects(one.get("tags"))),
                themes=tuple(_text(group.get("title")) for group in _objects(one.get("groups"))),
                access="private" if one.get("private") is True else "public",
                issued=_text(one.get("metadata_created")),
                modified=_text(one.get("metadata_modified")),
                landing=_text(one.get("url")),
                items=tuple(
                    dict.fromkeys(
                        _text(field.get("title"))
                        for part in _objects(one.get("resources"))
                        for field in _objects(_object(part.get("schema")).get("fields"))
                    )
                ),
            )
        )
    if not packages:
        wrong.append(_fault("harvest_nothing", where="result"))
    return ForeignCatalogue(ForeignForm.CKAN, _once(found), tuple(wrong))


def _once(found: Iterable[Foreign | None]) -> tuple[Foreign, ...]:
    """Each identifier once, the first of it."""
    kept = dict[str, Foreign]()
    for one in found:
        if one is not None:
            kept.setdefault(one.remote_id, one)
    return tuple(kept.values())


def _text(value: object) -> str:
    return " ".join(value.replace("\x00", "").split())[:2000] if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    return tuple(filter(None, map(_text, value if isinstance(value, list) else [value])))


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[Json]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _fault(key: str, **facts: str) -> Finding:
    where = facts.get("where", "@context")
    return Finding(where, Severity.ERROR, f"catalog.{key}", {"where": where, **facts})


def _unreadable(why: str) -> ForeignCatalogue:
    return ForeignCatalogue(None, (), (_fault("harvest_not_readable", where="（全文）", why=why),))
