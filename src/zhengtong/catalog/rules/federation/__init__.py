"""The catalogue for other catalogues (目录联通).  Pure: no database, no clock, no network.

`records`   an entry before any format is chosen
`dcat`      DCAT-AP 3 as JSON-LD and Turtle
`datajson`  Project Open Data 1.1
`guide_xml` the elements of GB/T 21063.3 and the 2017 guide
`ckan`      packages of CKAN's read API
"""

from collections.abc import Iterable
from typing import Any

import orjson

from zhengtong.catalog.rules.federation import ckan, datajson, dcat, guide_xml
from zhengtong.catalog.rules.federation.records import Audience, Form, Home, SharedEntry, SharedItem

MEDIA = {
    Form.JSONLD: "application/ld+json",
    Form.TURTLE: "text/turtle; charset=utf-8",
    Form.DATA_JSON: "application/json",
    Form.GUIDE_XML: "application/xml",
}

__all__ = ["MEDIA", "Audience", "Form", "Home", "SharedEntry", "SharedItem", "ckan", "written"]


def written(form: Form, entries: Iterable[SharedEntry], home: Home, *, next_page: str = "") -> bytes:
    """A catalogue of some entries in a form, UTF-8; `next_page` is the address of what follows."""
    if form is Form.GUIDE_XML:
        return guide_xml.document(entries, home, next_page=next_page)
    if form is Form.DATA_JSON:
        return _json(datajson.document(entries, home, next_page=next_page))
    told = dcat.jsonld(entries, home, next_page=next_page)
    return dcat.turtle(told).encode() if form is Form.TURTLE else _json(told)


def _json(told: dict[str, Any]) -> bytes:  # Any: JSON
    return orjson.dumps(told, option=orjson.OPT_INDENT_2)
