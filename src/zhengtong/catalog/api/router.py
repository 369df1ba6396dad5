"""The router that every file of this folder adds its routes to (接口)."""

from ninja import Router

router = Router(tags=["catalog"])
