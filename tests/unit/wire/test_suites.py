"""Keys sign, seal and show themselves; the national suite is refused by name."""

import pytest

from zhengtong.kernel.errors import RuleBroken
from zhengtong.wire import suites
from zhengtong.wire.suites import SealingKey, SigningKey


def test_a_key_survives_its_pem_and_verifies() -> None:
    key = SigningKey.generate()
    again = SigningKey.from_pem(key.pem())
    assert again.public == key.public
    assert suites.verify(key.public, message=b"m", signature=again.sign(b"m"))
    assert not suites.verify(key.public, message=b"n", signature=key.sign(b"m"))


def test_a_fingerprint_is_eight_groups() -> None:
    shown = suites.fingerprint(SigningKey.from_seed(bytes(32)).public)
    assert [len(part) for part in shown.split("-")] == [4] * 8
    assert shown.replace("-", "") == SigningKey.from_seed(bytes(32)).key_id


@pytest.mark.fault("wire.suite_not_built", what="a message in the national suite", unchanged="refused by name")
def test_the_national_suite_is_refused_by_name_until_it_is_built() -> None:
    with pytest.raises(RuleBroken) as refused:
        suites.suite("gm")
    assert refused.value.key == "wire.suite_not_built"
    assert "gm" in refused.value.message()


@pytest.mark.fault("wire.cannot_open", what="a body sealed for another node or place", unchanged="refused")
def test_sealed_bytes_open_only_for_their_key_and_place() -> None:
    key = SealingKey.generate()
    sealed = suites.seal(key.public, plaintext=b"secret", info=b"run 1")
    assert SealingKey.from_pem(key.pem()).open(sealed, info=b"run 1") == b"secret"
    for other, info, body in (
        (SealingKey.generate(), b"run 1", sealed),
        (key, b"run 2", sealed),
        (key, b"run 1", sealed[:-1]),
        (key, b"run 1", b""),
    ):
        with pytest.raises(RuleBroken) as refused:
            other.open(body, info=info)
        assert refused.value.key == "wire.cannot_open"


def test_signing_and_sealing_keys_are_not_mixed_up() -> None:
    with pytest.raises(RuleBroken):
        SigningKey.from_pem(SealingKey.generate().pem())
    with pytest.raises(RuleBroken):
        SealingKey.from_pem(SigningKey.generate().pem())


def test_files_that_hold_no_key_are_refused_with_a_remedy() -> None:
    for pem in (b"", b"x", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"):
        with pytest.raises(RuleBroken) as refused:
            SigningKey.from_pem(pem)
        assert refused.value.key == "wire.key_of_another_kind"


@pytest.mark.fault("wire.key_weak", what="a sealing key that gives no secret", unchanged="nothing is sealed")
def test_weak_keys_neither_verify_nor_seal() -> None:
    identity = bytes([1]) + bytes(31)
    anything_goes = identity + bytes(32)  # R = identity, S = 0: fits every message under the identity as key
    for point in suites._SMALL_ORDER:
        assert not suites.verify(suites.b64(point), message=b"m", signature=anything_goes)
    with pytest.raises(RuleBroken) as refused:
        suites.seal(suites.b64(bytes(32)), plaintext=b"x", info=b"")
    assert refused.value.key == "wire.key_weak"


@pytest.mark.parametrize("text", ["", "AAAA", "A" * 43, "!" * 44, "AAAA\n"])
def test_keys_have_one_spelling(text: str) -> None:
    with pytest.raises(RuleBroken):
        suites.key_id(text)
