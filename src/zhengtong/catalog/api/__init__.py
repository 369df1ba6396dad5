"""The API of catalog (目录接口): a file per family of use cases; importing it adds its routes."""

from zhengtong.catalog.api import entries, harvest
from zhengtong.catalog.api.router import router

__all__ = ["entries", "harvest", "router"]
