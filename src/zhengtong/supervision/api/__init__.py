"""The API of supervision (督查接口): a file per family of use cases; importing it adds its routes."""

from zhengtong.supervision.api import directives, findings, guarantee, quality
from zhengtong.supervision.api.router import router

__all__ = ["directives", "findings", "guarantee", "quality", "router"]
