"""What leaves the center for addresses that people configure (对外访问): by TLS, without proxy and redirect.

Who calls bounds the time and what is read.
"""

from typing import Any
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, build_opener

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:  # Any: the standard library's signature
        return None


opener = build_opener(ProxyHandler({}), _NoRedirect())


def is_safe_address(url: str) -> bool:
    """Whether an address may be called at all: https, plain http on loopback alone."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))
