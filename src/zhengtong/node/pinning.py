"""Whom a connection may reach (连接对象): plain HTTP on loopback only, elsewhere TLS 1.3 with a pinned key.

No outside certificate authority is asked: the signed directory names each node's TLS key, node.toml
the center's.  A pin is `sha-256:` and the hex SHA-256 of the key (SubjectPublicKeyInfo, DER), so that
a certificate may be renewed without a new pin.  It is compared before a byte of a request is sent.
"""

import asyncio
import hashlib
import ipaddress
import re
import ssl
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

import aiohttp
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from zhengtong.kernel.errors import NotAllowed, NotFound
from zhengtong.node.bounds import PINS_KEPT

TLS = "TLSv1.3"
_PIN = re.compile(r"sha-256:[0-9a-f]{64}")


class PinnedKeys(aiohttp.Fingerprint):
    """The keys one of which a server must show, as aiohttp asks about it after each handshake."""

    def __init__(self, pins: frozenset[str]) -> None:
        super().__init__(bytes(hashlib.sha256().digest_size))
        self._pins = pins

    def check(self, transport: asyncio.Transport) -> None:
        """Refuse a server of another key or of an older TLS (aiohttp closes the line before it sends anything)."""
        shown = transport.get_extra_info("ssl_object")
        host, port, *_ = transport.get_extra_info("peername")
        certificate = shown.getpeercert(binary_form=True) if isinstance(shown, _SSL_OBJECTS) else None
        if certificate is None or shown.version() != TLS or pin_of(certificate) not in self._pins:
            raise aiohttp.ServerFingerprintMismatch(b"pinned", b"another", host, port)


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port to connect to, and the keys its server may show (None: loopback, no TLS)."""

    url: str
    keys: PinnedKeys | None

    @property
    def ssl(self) -> PinnedKeys | bool:
        """What aiohttp is to be told."""
        return True if self.keys is None else self.keys


@lru_cache(maxsize=PINS_KEPT)
def origin(address: str, pins: tuple[str, ...]) -> Origin:
    """Where an address leads.  A path in it is refused: a proxy is not a node.

    Raises:
        NotFound: not an address of scheme, host and port.
        NotAllowed: plain HTTP to another machine, or TLS without a pin.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise NotFound("node.peer_address", address=address[:80]) from None
    clean = address.isprintable() and not parts.path.strip("/") and "@" not in parts.netloc
    if parts.scheme not in {"http", "https"} or not host or not clean or parts.query or parts.fragment:
        raise NotFound("node.peer_address", address=address[:80])
    shown = f"[{host}]" if ":" in host else host
    url = f"{parts.scheme}://{shown}" + (f":{port}" if port is not None else "")
    if parts.scheme == "http":
        if not is_loopback(host):
            raise NotAllowed("node.plain_http", address=url)
        return Origin(url, None)
    known = frozenset(pin for pin in pins if _PIN.fullmatch(pin))
    if not known:
        raise NotAllowed("node.no_pin", address=url)
    return Origin(url, PinnedKeys(known))


@lru_cache(maxsize=PINS_KEPT)
def is_loopback(host: str) -> bool:
    """Whether a host is written as a loopback address; a name is not, whatever it may resolve to."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def pin_of(certificate: bytes) -> str:
    """The pin of a certificate's key (DER in)."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    return "sha-256:" + hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


_SSL_OBJECTS = (ssl.SSLObject, ssl.SSLSocket)

__all__ = ["Origin", "PinnedKeys", "is_loopback", "origin", "pin_of"]
