"""Pages of sharing (共享页面): parse, one service call, render."""

from zhengtong.sharing.views import corrections, grants, replies, requests

__all__ = ["corrections", "grants", "replies", "requests"]
