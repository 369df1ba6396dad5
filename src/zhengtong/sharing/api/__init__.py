"""The API of sharing (共享接口): a file per family of use cases; importing it adds its routes."""

from zhengtong.sharing.api import agreements, corrections, demands, disputes, grants, personal, requests, stops
from zhengtong.sharing.api.router import router

__all__ = ["agreements", "corrections", "demands", "disputes", "grants", "personal", "requests", "router", "stops"]
