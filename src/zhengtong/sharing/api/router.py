"""The router that every file of this folder adds its routes to, and the shapes they share (接口)."""

from typing import Annotated

from ninja import Field, Router, Schema
from ninja.params import functions

router = Router(tags=["sharing"])

TEXT_MAX = 2000
ITEMS_MAX = 200
NO_NUL = r"^[^\x00]*$"  # a database cannot keep it
IfMatch = Annotated[str, functions.Header(alias="If-Match")]
OnceKey = Annotated[str, functions.Header(alias="Idempotency-Key")]
Text = Annotated[str, Field(max_length=TEXT_MAX, pattern=NO_NUL)]
Name = Annotated[str, Field(max_length=200, pattern=NO_NUL)]
Sought = Annotated[str, functions.Query(max_length=40, pattern=r"^[0-9A-Za-z_-]*$")]


class OrganOut(Schema):
    """An organization."""

    code: str
    name: str
