"""The router that every file of this folder adds its routes to, and the shapes they share (接口)."""

from typing import Annotated

from ninja import Field, Router
from ninja.params import functions

from zhengtong.supervision.rules import TEXT_CHARS_MAX

router = Router(tags=["supervision"])
OnceKey = Annotated[str, functions.Header(alias="Idempotency-Key")]
NO_NUL = r"^[^\x00]*$"  # a database cannot keep it
Text = Annotated[str, Field(max_length=TEXT_CHARS_MAX, pattern=NO_NUL)]
Name = Annotated[str, Field(max_length=200, pattern=NO_NUL)]
Sought = Annotated[str, functions.Query(max_length=40, pattern=NO_NUL)]
