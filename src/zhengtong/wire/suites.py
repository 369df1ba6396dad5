"""Cipher suites (密码套件): which algorithms a name on the wire stands for.

`intl` is Ed25519 signatures, SHA-256 digests, and HPKE (RFC 9180, X25519 / HKDF-SHA256 /
AES-256-GCM) to seal a body for one receiver.  `gm` (SM2, SM3, SM4-GCM) has its name and its place in
`_SUITES`; until it is built, asking for it is a clear refusal.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from zhengtong.kernel.errors import RuleBroken

INTL = "intl"
GM = "gm"
KEY_BYTES = 32
SIGNATURE_BYTES = 64
_KEY_CACHE_MAX = 4096  # public keys kept ready; a city has a few hundred nodes and systems

__all__ = [
    "GM",
    "INTL",
    "SealingKey",
    "SigningKey",
    "Suite",
    "b64",
    "digest_text",
    "fingerprint",
    "group",
    "key_id",
    "pseudonym_key",
    "seal",
    "suite",
    "unb64",
    "verify",
]


@dataclass(frozen=True, slots=True)
class Suite:
    """One named choice of algorithms (套件)."""

    name: str
    digest_name: str
    signature_name: str  # the `alg` of RFC 9421
    digest: Callable[[bytes], bytes]

    def digest_text(self, data: bytes) -> str:
        """A digest as it stands in documents (摘要): `sha-256:` and 64 hex digits."""
        return f"{self.digest_name}:{self.digest(data).hex()}"


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


_SUITES: Mapping[str, Suite | None] = {
    INTL: Suite(name=INTL, digest_name="sha-256", signature_name="ed25519", digest=_sha256),
    GM: None,  # SM2 with SM3, SM4-GCM: the place is kept, nothing stands in for it
}
_SMALL_ORDER = frozenset(
    bytes.fromhex(point)
    for point in (
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    )
)
_HPKE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


def suite(name: str) -> Suite:
    """The suite of a name.  Raises RuleBroken for one that is unknown or not built."""
    if name not in _SUITES:
        raise RuleBroken("wire.suite_unknown", suite=name[:20])
    found = _SUITES[name]
    if found is None:
        raise RuleBroken("wire.suite_not_built", suite=name)
    return found


def digest_text(data: bytes, *, suite_name: str = INTL) -> str:
    """The digest of bytes as text (摘要)."""
    return suite(suite_name).digest_text(data)


def b64(raw: bytes) -> str:
    """Bytes as base64 text."""
    return base64.b64encode(raw).decode("ascii")


def unb64(text: str, *, size: int | None = None) -> bytes:
    """The bytes of canonical base64 text; RuleBroken for any other text, or another size."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise RuleBroken("wire.not_base64") from None
    if b64(raw) != text or (size is not None and len(raw) != size):
        raise RuleBroken("wire.not_base64")
    return raw


@lru_cache(maxsize=_KEY_CACHE_MAX)
def key_id(public: str) -> str:
    """The short name of a public key (密钥标识): 32 hex digits of its SHA-256."""
    return _sha256(unb64(public, size=KEY_BYTES)).hex()[:32]


def group(hexadecimal: str) -> str:
    """32 hex digits in eight groups that two people can read to each other."""
    return "-".join(hexadecimal[i : i + 4] for i in range(0, 32, 4))


def fingerprint(public: str) -> str:
    """What two screens show so that people can compare a key (指纹): `3f2a-9c01-…`, eight groups."""
    return group(key_id(public))


class SigningKey:
    """A private key that signs (签名私钥): Ed25519 in suite `intl`."""

    __slots__ = ("_private", "key_id", "public", "suite")

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.suite = INTL
        self.public = b64(private.public_key().public_bytes_raw())
        self.key_id = key_id(self.public)

    @classmethod
    def generate(cls, suite_name: str = INTL) -> "SigningKey":
        """A fresh key from the system's randomness."""
        suite(suite_name)
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_seed(cls, seed: bytes) -> "SigningKey":
        """The key of a 32-byte seed (golden vectors)."""
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def from_pem(cls, pem: bytes) -> "SigningKey":
        """The key in a PKCS #8 PEM text."""
        private = _private_key(pem, expected="Ed25519")
        if not isinstance(private, Ed25519PrivateKey):
            raise RuleBroken("wire.key_of_another_kind", expected="Ed25519")
        return cls(private)

    def pem(self) -> bytes:
        """The key as PKCS #8 PEM; the caller writes it where only it can read."""
        return self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature of a message."""
        return self._private.sign(message)


class SealingKey:
    """A private key that opens what was sealed for it (解密私钥): X25519 in suite `intl`."""

    __slots__ = ("_private", "key_id", "public", "suite")

    def __init__(self, private: X25519PrivateKey) -> None:
        self._private = private
        self.suite = INTL
        self.public = b64(private.public_key().public_bytes_raw())
        self.key_id = key_id(self.public)

    @classmethod
    def generate(cls, suite_name: str = INTL) -> "SealingKey":
        """A fresh key from the system's randomness."""
        suite(suite_name)
        return cls(X25519PrivateKey.generate())

    @classmethod
    def from_seed(cls, seed: bytes) -> "SealingKey":
        """The key of a 32-byte seed (golden vectors)."""
        return cls(X25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def from_pem(cls, pem: bytes) -> "SealingKey":
        """The key in a PKCS #8 PEM text."""
        private = _private_key(pem, expected="X25519")
        if not isinstance(private, X25519PrivateKey):
            raise RuleBroken("wire.key_of_another_kind", expected="X25519")
        return cls(private)

    def pem(self) -> bytes:
        """The key as PKCS #8 PEM."""
        return self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def open(self, sealed: bytes, *, info: bytes) -> bytes:
        """The plain bytes, if they were sealed for this key under the same info; else RuleBroken."""
        try:
            return _HPKE.decrypt(sealed, self._private, info=info)
        except (InvalidTag, ValueError):
            raise RuleBroken("wire.cannot_open") from None


def _private_key(pem: bytes, *, expected: str) -> PrivateKeyTypes:
    try:
        return load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise RuleBroken("wire.key_of_another_kind", expected=expected) from None


_public_keys: dict[str, Ed25519PublicKey] = {}


def verify(public: str, *, message: bytes, signature: bytes, suite_name: str = INTL) -> bool:
    """Whether the holder of a public key signed exactly this message (验签).

    Keys of small order, under which one signature fits many messages, verify nothing.
    """
    suite(suite_name)
    held = _public_keys.get(public)
    if held is None:
        if unb64(public, size=KEY_BYTES) in _SMALL_ORDER:
            return False
        if len(_public_keys) >= _KEY_CACHE_MAX:
            _public_keys.clear()
        held = _public_keys[public] = Ed25519PublicKey.from_public_bytes(unb64(public, size=KEY_BYTES))
    try:
        held.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def seal(public: str, *, plaintext: bytes, info: bytes, suite_name: str = INTL) -> bytes:
    """Bytes that only the holder of a sealing key can open, bound to `info` (加密).

    Shape: HPKE encapsulated key (32 bytes), then ciphertext and 16-byte tag.
    """
    suite(suite_name)
    try:
        return _HPKE.encrypt(plaintext, X25519PublicKey.from_public_bytes(unb64(public, size=KEY_BYTES)), info=info)
    except ValueError:  # a key of small order gives no shared secret
        raise RuleBroken("wire.key_weak") from None


def pseudonym_key(secret: bytes, *, grant: str) -> bytes:
    """The key of one grant's pseudonyms, made from a node's own secret (假名密钥): 32 bytes."""
    return hmac.digest(secret, b"zhengtong/v1/pseudonym\n" + grant.encode(), "sha256")
