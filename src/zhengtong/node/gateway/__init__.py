"""The gateway (网关): one ASGI application for peers, for this department's systems, for its engineer."""

from zhengtong.node.gateway.application import build

__all__ = ["build"]
