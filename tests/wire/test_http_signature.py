"""Signed HTTP messages: what we sign others verify, what others sign we build, and nothing else passes."""

import base64
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, HTTPSignatureKeyResolver, algorithms

from tests.support.city import LAND, MARKET, NOW, PATH, City, signing, uuid
from tests.support.shared_data import shared_data
from zhengtong.kernel.errors import NotAllowed, PlatformError
from zhengtong.wire import suites
from zhengtong.wire.http_signature import sign_local, signature_base, verify_local, verify_request, verify_response

CITY = City()


class Oracle(HTTPSignatureKeyResolver):
    """Resolves our fixed keys for the general library."""

    def resolve_public_key(self, key_id: str):
        raw = base64.b64decode(next(k.public for k in (signing(LAND), signing(MARKET)) if k.key_id == key_id))
        return raw_public(raw)

    def resolve_private_key(self, key_id: str):
        return serialization.load_pem_private_key(signing(MARKET).pem(), None)


def raw_public(raw: bytes):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    return Ed25519PublicKey.from_public_bytes(raw)


class Message:
    """A request or response as the general library sees one."""

    def __init__(self, headers: dict[str, str], *, status: int | None = None, request: "Message | None" = None) -> None:
        from http_message_signatures.structures import CaseInsensitiveDict

        self.headers = CaseInsensitiveDict(headers)
        self.method, self.url, self.body = "POST", f"https://wl-land.example{PATH}", b""
        if status is not None:
            self.status_code, self.request = status, request


def accept(headers: dict[str, str], body: bytes, *, path: str = PATH, now=NOW):
    return verify_request(method="POST", path=path, headers=headers, body=body, key_for=CITY.key_for, now=now)


def test_a_request_verifies_and_gives_its_envelope() -> None:
    message, envelope, body = CITY.request()
    verified = accept(message.headers, body)
    assert verified.envelope_bytes == envelope
    assert verified.evidence == message.evidence


def test_the_general_library_verifies_our_request() -> None:
    message, _, _ = CITY.request()
    verifier = HTTPMessageVerifier(signature_algorithm=algorithms.ED25519, key_resolver=Oracle())
    created = int(NOW.timestamp())
    verifier.max_clock_skew = timedelta(days=36_500)
    (result,) = verifier.verify(Message(dict(message.headers)), max_age=timedelta(days=36_500))
    assert result.parameters["created"] == created
    assert result.parameters["tag"] == "zhengtong-v1"


def test_the_general_library_builds_the_same_base() -> None:
    message, _, _ = CITY.request()
    sent = Message({n: v for n, v in message.headers.items() if not n.startswith("signature")})
    prepared = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=Oracle()).prepare(
        sent,
        key_id=signing(MARKET).key_id,
        created=NOW,
        label="zt",
        tag="zhengtong-v1",
        covered_component_ids=("@method", "@path", "content-type", "content-digest", "zhengtong-envelope"),
        use_existing_digest=True,
    )
    ours = base64.b64decode(message.evidence.base)
    assert prepared.signature_base.split(b'"@signature-params"')[0] == ours.split(b'"@signature-params"')[0]


def test_the_general_library_verifies_our_response_with_its_request() -> None:
    asking, asked, _ = CITY.request()
    answering, _, _ = CITY.response(asked)
    verifier = HTTPMessageVerifier(signature_algorithm=algorithms.ED25519, key_resolver=Oracle())
    verifier.max_clock_skew = timedelta(days=36_500)
    response = Message(dict(answering.headers), status=200, request=Message(dict(asking.headers)))
    (result,) = verifier.verify(response, max_age=timedelta(days=36_500))
    assert '"zhengtong-envelope";req' in result.covered_components


def test_a_response_answers_one_request_only() -> None:
    _, asked, _ = CITY.request()
    _, other, _ = CITY.request(9)
    message, envelope, body = CITY.response(asked)

    def take(request: bytes, path: str = PATH, status: int = 200):
        return verify_response(
            status=status,
            headers=message.headers,
            body=body,
            request_path=path,
            request_envelope=request,
            key_for=CITY.key_for,
            now=NOW,
        )

    assert take(asked).envelope_bytes == envelope
    for wrong in (lambda: take(other), lambda: take(asked, "/other"), lambda: take(asked, status=403)):
        with pytest.raises(NotAllowed):
            wrong()


@pytest.mark.fault("wire.unsigned", what="an unsigned message", unchanged="refused before the body is read")
@pytest.mark.parametrize(
    "name", ["signature", "signature-input", "zhengtong-envelope", "content-digest", "content-type"]
)
def test_an_unsigned_message_is_refused(name: str) -> None:
    message, _, body = CITY.request()
    headers = {key: value for key, value in message.headers.items() if key != name}
    with pytest.raises(NotAllowed) as refused:
        accept(headers, body)
    assert refused.value.key == "wire.unsigned"


@pytest.mark.fault("wire.body_differs", what="a body changed on the way", unchanged="no grant is looked at")
@pytest.mark.fault("wire.signature_wrong", what="a signature by another key", unchanged="no grant is looked at")
@pytest.mark.fault(
    "wire.signature_malformed", what="components left out, added or reordered", unchanged="no grant is looked at"
)
def test_every_change_is_noticed() -> None:
    message, _, body = CITY.request()
    given = message.headers["signature-input"]
    signature = message.headers["signature"]
    foreign = City(salt="foreign ").request()[0]
    other = CITY.request(5)[0].headers
    changes: list[tuple[dict[str, str], bytes, str]] = [
        ({}, body + b" ", PATH),
        ({}, body, "/wire/v1/runs"),
        ({}, body, PATH + "?x=1"),
        ({"content-type": "text/plain"}, body, PATH),
        ({"zhengtong-envelope": other["zhengtong-envelope"]}, body, PATH),
        ({"signature": other["signature"]}, body, PATH),
        ({"signature": "zt=:AAAA:"}, body, PATH),
        ({"signature": signature.replace("zt=", "sig=")}, body, PATH),
        ({"signature": signature + ", zt=:AAAA:"}, body, PATH),
        ({"signature-input": given.replace('"@method" ', "")}, body, PATH),
        ({"signature-input": given.replace('"@method" "@path"', '"@path" "@method"')}, body, PATH),
        ({"signature-input": given.replace("zhengtong-v1", "zhengtong-v2")}, body, PATH),
        ({"signature-input": given.replace("ed25519", "hmac-sha256")}, body, PATH),
        ({"signature-input": given + ";expires=1"}, body, PATH),
        ({"signature-input": given.replace("created=1", "created=١")}, body, PATH),
        ({"signature-input": given.replace("created=", "created=9999999999")}, body, PATH),
        ({"signature-input": given.replace("created=", "created=9")}, body, PATH),
        (foreign.headers, body, PATH),
        ({"zhengtong-envelope": ":" + "A" * 9000 + ":"}, body, PATH),
    ]
    for changed, sent, path in changes:
        with pytest.raises(PlatformError) as refused:
            accept({**message.headers, **changed}, sent, path=path)
        assert refused.value.key.startswith("wire.")
        assert refused.value.remedy()


def test_a_signature_of_another_time_is_refused() -> None:
    message, _, body = CITY.request()
    accept(message.headers, body, now=NOW + timedelta(seconds=300))
    for shift in (301, -301):
        with pytest.raises(NotAllowed) as refused:
            accept(message.headers, body, now=NOW + timedelta(seconds=shift))
        assert refused.value.key == "wire.envelope_from_another_time"


def test_a_captured_request_is_recognised_by_its_id() -> None:
    """Replay is the receiver's table of ids: two deliveries give one id, and a changed id breaks the signature."""
    message, _, body = CITY.request()
    assert accept(message.headers, body).envelope.id == accept(message.headers, body).envelope.id


def test_a_call_without_an_envelope_covers_its_query_and_nonce() -> None:
    key = signing("tl-market")
    path = "/api/exchange/members?since=1.7"
    headers = sign_local(
        method="GET", path=path, content_type="application/json", body=b"", nonce=uuid(5), key=key, created=NOW
    )

    def take(path: str = path, body: bytes = b"", public: str = key.public):
        return verify_local(method="GET", path=path, headers=headers, body=body, key_for=lambda _: public, now=NOW)

    call = take()
    assert (call.key, call.nonce) == (key.key_id, uuid(5))
    wrongs = (
        lambda: take(path="/api/exchange/members"),
        lambda: take(body=b"x"),
        lambda: take(public=signing(LAND).public),
    )
    for wrong in wrongs:
        with pytest.raises(NotAllowed):
            wrong()


# the vectors of RFC 9421 appendix B: the exact base, and a signature over it


def _vector(name: str) -> tuple[dict[str, str], str, str, bytes]:
    """Header fields, signature parameters, published base and signature of a vector."""
    folder = shared_data("vectors/rfc9421")
    (base,) = (path for path in folder.glob(f"{name}_*_sigbase.txt"))
    (signed,) = (path for path in folder.glob(f"{name}_*_signed.txt"))
    head = signed.read_text(encoding="utf-8").split("\n\n")[0]
    headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in head.splitlines()[1:])}
    signature = base64.b64decode(headers["signature"].partition("=")[2].strip(":"))
    parameters = headers["signature-input"].partition("=")[2]
    return headers, parameters, base.read_text(encoding="utf-8").rstrip("\n"), signature


DERIVED = {
    "@authority": "example.com",
    "@method": "POST",
    "@path": "/foo",
    "@status": "200",
    "@query": "?param=Value&Pet=dog",
}


@pytest.mark.data
@pytest.mark.parametrize("name", ["b21", "b22", "b23", "b24"])
def test_our_bases_are_those_of_the_rfc(name: str) -> None:
    headers, parameters, base, _ = _vector(name)
    components = parameters[1 : parameters.index(")")].split()
    lines = [
        (component, "dog" if "query-param" in component else {**headers, **DERIVED}[component.split('"')[1]])
        for component in components
    ]
    assert signature_base(lines, parameters=parameters).decode() == base


@pytest.mark.data
def test_the_signatures_of_the_rfc_verify_over_our_bases() -> None:
    folder = shared_data("vectors/rfc9421")
    _, _, base, raw = _vector("b24")
    elliptic = serialization.load_pem_public_key((folder / "test-key-ecc-p256.pub").read_bytes())
    assert isinstance(elliptic, ec.EllipticCurvePublicKey)
    der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    elliptic.verify(der, base.encode(), ec.ECDSA(hashes.SHA256()))
    pss = serialization.load_pem_public_key((folder / "test-key-rsa-pss.pub").read_bytes())
    assert isinstance(pss, rsa.RSAPublicKey)
    for name in ("b21", "b22", "b23"):
        _, _, base, raw = _vector(name)
        pss.verify(raw, base.encode(), padding.PSS(padding.MGF1(hashes.SHA512()), 64), hashes.SHA512())


@pytest.mark.data
def test_content_digests_of_the_rfc_are_of_their_bodies() -> None:
    import hashlib

    for name in ("b22_request_signed.txt", "b24_response_signed.txt"):
        head, _, body = (shared_data("vectors/rfc9421") / name).read_text().partition("\n\n")
        stated = next(line for line in head.splitlines() if line.lower().startswith("content-digest")).split(": ")[1]
        body = body.rstrip("\n")
        assert stated == f"sha-512=:{base64.b64encode(hashlib.sha512(body.encode()).digest()).decode()}:"


def _cases(name: str) -> list[dict[str, object]]:
    import json

    return json.loads((shared_data("vectors/structured-fields") / name).read_text())


@pytest.mark.data
def test_our_byte_sequence_fields_take_only_canonical_ones_of_the_vectors() -> None:
    """The dictionary vectors: none of them is one of our two fields, so each is refused, none crashes."""
    message, _, body = CITY.request()
    for case in [*_cases("dictionary.json"), *_cases("list.json"), *_cases("item.json")]:
        raw = ", ".join(str(line) for line in case["raw"])  # pyright: ignore[reportGeneralTypeIssues]
        for name in ("signature", "signature-input", "zhengtong-envelope"):
            with pytest.raises(PlatformError):
                accept({**message.headers, name: raw}, body)


def test_key_ids_of_the_evidence_are_those_of_the_signers() -> None:
    message, _, _ = CITY.request()
    assert message.evidence.key == suites.key_id(signing(MARKET).public)
    assert message.evidence.party == MARKET
