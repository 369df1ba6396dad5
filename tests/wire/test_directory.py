"""A node takes in a directory only forward, only under its pinned root, and alarms at anything else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.city import LAND, MARKET, NOW, City, land_grant, signing
from zhengtong.kernel.errors import NotAllowed, PlatformError, RuleBroken
from zhengtong.wire.acceptance import (
    Held,
    accept_bundle,
    accept_members,
    accept_roots,
    check_time,
    held_from_json,
    held_to_json,
)
from zhengtong.wire.delta import apply_delta, make_delta
from zhengtong.wire.directory import (
    KEYS_MAX,
    SYSTEMS_MAX,
    BundleDigest,
    JournalHead,
    MemberOrganization,
    Members,
    members_payload,
    parse_members,
    parse_roots,
    root_fingerprint,
    roots_payload,
)
from zhengtong.wire.documents import SignedDocument, cosign, parse_document, sign_document
from zhengtong.wire.join import JoinRequest, check_join, code_id, join_document, join_fingerprint, parse_join
from zhengtong.wire.suites import digest_text

CITY = City()
ROOTS = CITY.roots()


def held() -> Held:
    return accept_members(CITY.members_document(), roots=ROOTS, held=None, now=NOW)[1]


@pytest.mark.parametrize(("before", "after"), [(None, 1), (1, 2), (1, None), (None, None)])
def test_the_centers_own_head_may_be_left_out_and_travels_in_deltas(before: int | None, after: int | None) -> None:
    def at(seq: int | None) -> JournalHead | None:
        return None if seq is None else JournalHead(seq, digest_text(b"%d" % seq))

    old = CITY.members_document(journal_head=at(before))
    new = CITY.members_document(serial=8, previous=old.digest, journal_head=at(after))
    assert (b"journal_head" in new.payload_bytes) is (after is not None)
    assert parse_members(new.payload_bytes).journal_head == at(after)
    assert apply_delta(old, make_delta(old, new)).to_bytes() == new.to_bytes()


def test_more_keys_or_systems_than_the_bounds_are_refused() -> None:
    node = CITY.members().nodes[0]
    system = CITY.members().systems[0]
    crowded = replace(node, keys=tuple(replace(node.keys[0]) for _ in range(KEYS_MAX + 1)))
    systems = tuple(replace(system, id=f"s{number:05}") for number in range(SYSTEMS_MAX + 1))
    for members in (
        CITY.members(nodes=(crowded, *CITY.members().nodes[1:])),
        CITY.members(systems=systems),
    ):
        with pytest.raises(RuleBroken, match="bad_shape"):
            parse_members(members_payload(members))


def next_members(**changes: object) -> Members:
    return replace(CITY.members(), serial=8, previous=CITY.members_document().digest, **changes)  # pyright: ignore[reportArgumentType]


def signed(members: Members, by: str = "online") -> SignedDocument:
    return sign_document("members", members_payload(members), keys=[signing(by)])


def test_documents_read_back_as_the_same_bytes() -> None:
    for document in (CITY.roots_document(), CITY.members_document(), CITY.bundle_document(LAND)):
        assert parse_document(document.to_bytes(), kind=document.kind, max_bytes=10**6) == document
    assert members_payload(parse_members(members_payload(CITY.members()))) == members_payload(CITY.members())
    assert roots_payload(parse_roots(roots_payload(ROOTS))) == roots_payload(ROOTS)


def test_the_pinned_root_is_taken_and_no_other() -> None:
    document = CITY.roots_document()
    assert accept_roots(document, held=None, pinned=CITY.fingerprint, now=NOW) == ROOTS
    foreign = City(root_keys=(signing("x"), signing("y")))
    with pytest.raises(NotAllowed) as refused:
        accept_roots(foreign.roots_document(), held=None, pinned=CITY.fingerprint, now=NOW)
    assert refused.value.key == "wire.root_not_pinned"


@pytest.mark.fault(
    "wire.signature_missing", what="roots signed by fewer than the threshold", unchanged="held roots stay"
)
def test_roots_need_their_threshold() -> None:
    one = sign_document("roots", roots_payload(ROOTS), keys=CITY.root_keys[:1])
    twice = replace(one, signatures=one.signatures * 2)
    for document in (one, twice):
        with pytest.raises(NotAllowed) as refused:
            accept_roots(document, held=None, pinned=CITY.fingerprint, now=NOW)
        assert refused.value.key == "wire.signature_missing"


def test_a_rotation_is_signed_by_old_and_new_keys_and_skips_no_version() -> None:
    old = CITY.roots_document()
    new = replace(ROOTS, version=2, root_keys=(signing("root-2").public, signing("root-3").public))
    keys = [signing(f"root-{n}") for n in (1, 2, 3)]
    assert accept_roots(sign_document("roots", roots_payload(new), keys=keys), held=old, pinned="", now=NOW) == new
    for number, signers in ((2, keys[1:]), (2, keys[:2]), (3, keys)):
        wrong = sign_document("roots", roots_payload(replace(new, version=number)), keys=signers)
        with pytest.raises(PlatformError):
            accept_roots(wrong, held=old, pinned="", now=NOW)
    assert root_fingerprint(new) != root_fingerprint(ROOTS)


def test_members_go_forward() -> None:
    members, state = accept_members(signed(next_members()), roots=ROOTS, held=held(), now=NOW)
    assert (members.known_as, state.serial) == ("1.8", 8)
    again = accept_members(signed(next_members()), roots=ROOTS, held=state, now=NOW)
    assert again[1] == state
    assert held_from_json(held_to_json(state)) == state


Refusal = tuple[str, Callable[[], object]]


def _accept(members: Members, *, by: str = "online", now_s: float = 0, state: Held | None = None) -> object:
    return accept_members(signed(members, by), roots=ROOTS, held=state or held(), now=NOW + timedelta(seconds=now_s))


@pytest.mark.fault(
    "wire.directory_rolled_back", what="a directory of a lower serial", unchanged="the held one stays; alarm"
)
@pytest.mark.fault("wire.directory_forked", what="two directories of one serial", unchanged="the held one stays; alarm")
@pytest.mark.fault("wire.directory_expired", what="a directory past its 24 hours", unchanged="exchanges are refused")
@pytest.mark.fault(
    "wire.directory_epoch", what="a restored center without a new epoch in the roots", unchanged="the held one stays"
)
@pytest.mark.fault(
    "wire.clock_gone_back", what="the machine's clock set back", unchanged="exchanges are refused; alarm"
)
@pytest.mark.fault(
    "wire.directory_from_future", what="a directory issued in the future", unchanged="the held one stays"
)
@pytest.mark.parametrize(
    ("key", "act"),
    [
        ("wire.directory_rolled_back", lambda: _accept(replace(CITY.members(), serial=6))),
        ("wire.directory_forked", lambda: _accept(replace(CITY.members(), systems=()))),
        ("wire.directory_forked", lambda: _accept(replace(next_members(), previous=land_grant().decision_digest))),
        ("wire.directory_expired", lambda: _accept(next_members(), now_s=86_400)),
        ("wire.directory_epoch", lambda: _accept(replace(CITY.members(), epoch=2, serial=1, previous=""))),
        ("wire.directory_from_future", lambda: _accept(next_members(issued_at=NOW + timedelta(seconds=301)))),
        ("wire.signature_missing", lambda: _accept(next_members(), by="root-1")),
        ("wire.signature_missing", lambda: _accept(next_members(), by="somebody")),
        ("wire.clock_gone_back", lambda: _accept(next_members(), now_s=-6)),
        ("wire.clock_gone_back", lambda: check_time(held(), now=NOW - timedelta(seconds=6))),
    ],
)
def test_what_is_not_the_next_directory_is_refused(key: str, act: Callable[[], object]) -> None:
    with pytest.raises(NotAllowed) as refused:
        act()
    assert refused.value.key == key
    assert "{" not in refused.value.message() + refused.value.remedy("en")


def test_no_directory_holds_longer_than_a_day() -> None:
    longer = next_members(valid_until=CITY.members().issued_at + timedelta(days=1, milliseconds=1))
    with pytest.raises(RuleBroken):
        _accept(longer)


def test_a_small_adjustment_of_the_clock_is_no_alarm() -> None:
    assert check_time(held(), now=NOW - timedelta(seconds=5)).latest_seen == NOW
    assert check_time(held(), now=NOW + timedelta(seconds=9)).latest_seen == NOW + timedelta(seconds=9)


def test_a_bundle_counts_only_while_the_members_commit_to_it() -> None:
    members = CITY.members()
    (grant,) = accept_bundle(CITY.bundle_document(LAND), roots=ROOTS, members=members, node=LAND, now=NOW)
    assert grant.row_filter is not None
    cases: list[tuple[str, SignedDocument, Members, str]] = [
        ("wire.directory_bundle_differs", CITY.bundle_document(LAND, land_grant(number="9")), members, LAND),
        ("wire.directory_bundle_differs", CITY.bundle_document(MARKET), members, LAND),
        ("wire.directory_bundle_differs", CITY.bundle_document(LAND), replace(members, bundles=()), LAND),
        (
            "wire.directory_wrong_node",
            CITY.bundle_document(MARKET),
            replace(members, bundles=(BundleDigest(LAND, 1, CITY.bundle_document(MARKET).digest),)),
            LAND,
        ),
    ]
    for key, document, committed, node in cases:
        with pytest.raises(NotAllowed) as refused:
            accept_bundle(document, roots=ROOTS, members=committed, node=node, now=NOW)
        assert refused.value.key == key


def test_a_bundle_whose_grant_was_signed_by_nobody_known_is_refused() -> None:
    foreign = City(online=signing("foreign"))
    document = foreign.bundle_document(LAND)
    members = replace(CITY.members(), bundles=(BundleDigest(LAND, 1, document.digest),))
    for given in (document, cosign(document, signing("online"))):
        with pytest.raises(NotAllowed) as refused:
            accept_bundle(given, roots=ROOTS, members=members, node=LAND, now=NOW)
        assert refused.value.key == "wire.signature_missing"


@pytest.mark.fault("wire.directory_unknown_key", what="a message under a revoked or unknown key", unchanged="refused")
def test_keys_hold_only_in_their_time() -> None:
    members = CITY.members()
    key = signing(MARKET)
    assert members.sign_key(MARKET, key=key.key_id, at=NOW) == key.public
    revoked = replace(
        members,
        nodes=tuple(replace(node, keys=tuple(replace(k, revoked_at=NOW) for k in node.keys)) for node in members.nodes),
    )
    assert revoked.sign_key(MARKET, key=key.key_id, at=NOW - timedelta(seconds=1)) == key.public
    for found in (
        lambda: revoked.sign_key(MARKET, key=key.key_id, at=NOW),
        lambda: revoked.seal_key(MARKET, at=NOW),
        lambda: members.sign_key(LAND, key=key.key_id, at=NOW),
        lambda: members.sign_key("nobody", key=key.key_id, at=NOW),
        lambda: members.system("nobody"),
    ):
        with pytest.raises(NotAllowed):
            found()


def test_a_delta_gives_exactly_the_signed_document() -> None:
    old = CITY.members_document()
    new = signed(next_members(organizations=(MemberOrganization("wl-police", "市公安局"),), systems=()))
    delta = make_delta(old, new)
    assert apply_delta(old, delta) == new
    with pytest.raises(RuleBroken):
        apply_delta(new, delta)
    with pytest.raises(RuleBroken):
        apply_delta(old, delta.replace("市公安局".encode(), "市监察局".encode()))


@pytest.mark.fault(
    "wire.join_code_wrong", what="a node that does not know the one-time code", unchanged="no node is added"
)
def test_a_join_proves_its_code_and_its_key() -> None:
    code = "ABCD-EFGH-JKLM-NPQR"
    request = JoinRequest(
        node=LAND,
        organization=LAND,
        addresses=("https://127.0.0.1:9",),
        sign_key=signing(LAND).public,
        seal_key=signing(MARKET).public,
        created=NOW,
    )
    document = join_document(request, one_time_code=code, key=signing(LAND))
    got, _ = parse_join(document.to_bytes())
    check_join(got, one_time_code="abcd efgh jklm npqr")
    assert got.code_id == code_id(code)
    assert join_fingerprint(got) == join_fingerprint(request)
    assert code.replace("-", "").encode() not in document.to_bytes()
    with pytest.raises(NotAllowed):
        check_join(got, one_time_code="ABCD-EFGH-JKLM-NPQS")
    with pytest.raises(NotAllowed):
        check_join(replace(got, addresses=("https://evil.example",)), one_time_code=code)
    with pytest.raises(NotAllowed):
        parse_join(join_document(request, one_time_code=code, key=signing("other")).to_bytes())
    with pytest.raises(NotAllowed):
        check_join(got, one_time_code="SHORT")


def test_a_signature_over_one_kind_proves_nothing_about_another() -> None:
    document = CITY.members_document()
    posing = replace(document, kind="roots")
    with pytest.raises(PlatformError):
        accept_roots(posing, held=None, pinned=CITY.fingerprint, now=NOW)
    with pytest.raises(NotAllowed):
        parse_document(document.to_bytes(), kind="grants", max_bytes=10**6)
