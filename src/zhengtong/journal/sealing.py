"""Sealing of single values (字段加密): AES-256-GCM bound to the column, and a keyed index to find them by.

A sealed value is `<key id>:<base64(nonce | ciphertext | tag)>`; the column's name is
authenticated with it, so that a value copied into another column does not open.
"""

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from zhengtong.journal import keys
from zhengtong.kernel.errors import WrongState

NONCE_BYTES = 12
INDEX_BYTES = 24  # 192 bits of the MAC: no accidental twins


def seal(value: str, *, column: str) -> str:
    """The value sealed with the active key for `<app>.<model>.<field>`."""
    ring = keys.ring()
    nonce = os.urandom(NONCE_BYTES)
    name = ring.sealing_active
    sealed = AESGCM(ring.sealing[name]).encrypt(nonce, value.encode(), _bound(column, name))
    return f"{name}:{base64.b64encode(nonce + sealed).decode()}"


def unseal(sealed: str, *, column: str) -> str:
    """The value.

    Raises:
        WrongState: the key id is not in the ring, or the value was altered or belongs to another column.
    """
    name, _, body = sealed.partition(":")
    key = keys.ring().sealing.get(name)
    if key is None:
        raise WrongState("journal.key_unknown", key_id=name, column=column)
    try:
        raw = base64.b64decode(body, validate=True)
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _bound(column, name)).decode()
    except (InvalidTag, ValueError):
        raise WrongState("journal.value_altered", column=column) from None


def key_id(sealed: str) -> str:
    """Which key sealed or indexed a stored value."""
    return sealed.partition(":")[0]


def blind_index(value: str, *, column: str) -> str:
    """The keyed index of a value (盲索引) under the active key; what is stored."""
    ring = keys.ring()
    return _index(value, column=column, name=ring.indexing_active, key=ring.indexing[ring.indexing_active])


def blind_indexes(value: str, *, column: str) -> tuple[str, ...]:
    """The index under every live key; what is searched for while a rotation runs."""
    return tuple(_index(value, column=column, name=n, key=k) for n, k in sorted(keys.ring().indexing.items()))


def _index(value: str, *, column: str, name: str, key: bytes) -> str:
    mac = hmac.digest(key, f"{column}\x00{value}".encode(), hashlib.sha256)
    return f"{name}:{base64.urlsafe_b64encode(mac[:INDEX_BYTES]).decode()}"


def _bound(column: str, name: str) -> bytes:
    return f"{column}|{name}".encode()
