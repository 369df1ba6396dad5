"""OpenID Connect as a relying party (统一身份认证): authorization code with PKCE, discovery, keys that rotate.

Only the configured issuer is believed.  Every fetch is bounded in bytes and time, follows no redirect, and goes
out by TLS (plain HTTP on loopback alone).  A token is checked by the machine's clock, also where a story has its own.
"""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import IO, Any
from urllib.error import URLError
from urllib.parse import quote, urlencode
from urllib.request import Request

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from zhengtong.kernel.errors import NotAllowed
from zhengtong.kernel.outgoing import is_safe_address, opener

ALGORITHMS = ["RS256", "PS256", "ES256"]  # never none, never a shared secret
ANSWER_BYTES_MAX = 256 * 1024
READ_BYTES = 16 * 1024
WAIT_S_MAX = 5.0  # for one answer to begin or go on
ANSWER_S_MAX = 10.0  # for one answer in full
KNOWN_S = 600  # how long discovery and keys are believed before they are asked again
FLOW_S_MAX = 600  # from the button to the answer
SKEW_S = 60  # how far the two clocks may be apart
TOKEN_AGE_S_MAX = 3_600
TEXT_CHARS_MAX = 2_048
SUBJECT_CHARS_MAX = 255


@dataclass(frozen=True, slots=True)
class Issuer:
    """The identity provider this deployment believes (统一身份认证服务), from its configuration."""

    url: str
    client: str
    name: str  # what the button says
    secret: str = ""  # empty: a public client, PKCE alone


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that went out: where to, and what its answer must carry."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class _Provider:
    authorization: str
    token: str
    keys: str


@dataclass(frozen=True, slots=True)
class _Known:
    provider: _Provider
    keys: KeySet
    until: float


_known: dict[str, _Known] = {}
_lock = Lock()


def begin(issuer: Issuer, *, back: str) -> Begun:
    """The address of the provider's sign-in, with state, nonce and PKCE challenge (RFC 7636, S256).

    Raises:
        NotAllowed: the provider cannot be reached, or does not say what it must.
    """
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code", "client_id": issuer.client, "redirect_uri": back, "scope": "openid", "state": state,
        "nonce": nonce, "code_challenge": challenge, "code_challenge_method": "S256",
    }  # fmt: skip
    address = _provider(issuer).provider.authorization
    return Begun(f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}", state, nonce, verifier)


def finish(issuer: Issuer, *, code: str, verifier: str, nonce: str, back: str) -> str:
    """Exchange the code and give the subject of a valid token (换取并核验令牌).

    Raises:
        NotAllowed: the provider refuses or cannot be reached, or the token does not hold.
    """
    form = {
        "grant_type": "authorization_code", "code": code[:TEXT_CHARS_MAX], "redirect_uri": back,
        "code_verifier": verifier, "client_id": issuer.client,
    }  # fmt: skip
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if issuer.secret:
        pair = f"{quote(issuer.client, safe='')}:{quote(issuer.secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    answer = _fetched(_provider(issuer).provider.token, body=urlencode(form).encode(), headers=headers)
    token = answer.get("id_token")
    if not isinstance(token, str):
        raise _untrue("no token")
    return check_claims(_claims(issuer, token), issuer=issuer, nonce=nonce, now=time.time())


def check_claims(claims: Mapping[str, Any], *, issuer: Issuer, nonce: str, now: float) -> str:
    """The subject of a token's claims (OpenID Connect Core 3.1.3.7).  Raises NotAllowed for any that does not hold."""
    audience = claims.get("aud")
    names = [audience] if isinstance(audience, str) else audience if isinstance(audience, list) else []
    expires, issued = _instant(claims.get("exp")), _instant(claims.get("iat"))
    subject = claims.get("sub")
    if claims.get("iss") != issuer.url:
        raise _untrue("iss")
    if issuer.client not in names or (len(names) > 1 and claims.get("azp") != issuer.client):
        raise _untrue("aud")
    if expires is None or expires + SKEW_S <= now:
        raise _untrue("exp")
    if issued is None or not now - TOKEN_AGE_S_MAX <= issued <= now + SKEW_S:
        raise _untrue("iat")
    said = claims.get("nonce")
    if not isinstance(said, str) or not secrets.compare_digest(said.encode(), nonce.encode()):
        raise _untrue("nonce")
    if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_CHARS_MAX:
        raise _untrue("sub")
    return subject


def forget() -> None:
    """Ask the provider anew at the next sign-in."""
    with _lock:
        _known.clear()


def _claims(issuer: Issuer, token: str) -> Mapping[str, Any]:
    """The claims of a token whose signature holds; keys are fetched once more where none fits: they rotate."""
    try:
        return jwt.decode(token, _provider(issuer).keys, algorithms=ALGORITHMS).claims
    except (JoseError, ValueError):
        forget()
    try:
        return jwt.decode(token, _provider(issuer).keys, algorithms=ALGORITHMS).claims
    except (JoseError, ValueError):
        raise _untrue("signature") from None


def _provider(issuer: Issuer) -> _Known:
    with _lock:
        held = _known.get(issuer.url)
    if held is not None and time.monotonic() < held.until:
        return held
    said = _fetched(f"{issuer.url.rstrip('/')}/.well-known/openid-configuration")
    if said.get("issuer") != issuer.url:
        raise _untrue("issuer")
    named = [said.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
    if not all(isinstance(one, str) and is_safe_address(one) for one in named):
        raise _untrue("discovery")
    provider = _Provider(*map(str, named))
    try:
        keys = KeySet.import_key_set({"keys": _fetched(provider.keys).get("keys", [])})
    except (JoseError, ValueError, TypeError, KeyError):
        raise _untrue("jwks") from None
    found = _Known(provider, keys, time.monotonic() + KNOWN_S)
    with _lock:
        _known[issuer.url] = found
    return found


def _fetched(url: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    if not is_safe_address(url):
        raise _untrue("address")
    asked = Request(url, data=body, headers={"Accept": "application/json", **(headers or {})})  # noqa: S310 -- checked
    try:
        with opener.open(asked, timeout=WAIT_S_MAX) as answer:
            said = json.loads(_read(answer))
    except (URLError, OSError, ValueError):
        raise NotAllowed("parties.identity_unreachable") from None
    if not isinstance(said, dict):
        raise _untrue("answer")
    return said


def _read(answer: IO[bytes]) -> bytes:
    """The whole answer, within its bounds.  Raises ValueError beyond them."""
    until, held = time.monotonic() + ANSWER_S_MAX, b""
    while part := answer.read(READ_BYTES):
        held += part
        if len(held) > ANSWER_BYTES_MAX or time.monotonic() > until:
            raise ValueError("too much or too slow")
    return held


def _instant(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _untrue(what: str) -> NotAllowed:
    return NotAllowed("parties.identity_untrue", what=what)
