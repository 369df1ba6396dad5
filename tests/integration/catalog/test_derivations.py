"""Data passed on by others than their source: said, consented to, followed; nothing leaves before that."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from zhengtong.catalog import queries, services
from zhengtong.catalog.rules import EntryDraft
from zhengtong.catalog.rules.derivations import DerivationState
from zhengtong.journal import rebuild
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotFound, RuleBroken
from zhengtong.parties import services as people
from zhengtong.parties.rules import Role

pytestmark = pytest.mark.django_db
TEXT = "宗地面积，提供给办理窗口"


@pytest.fixture
def copy(hall: Any, parcels: EntryDraft, clock: FixedClock) -> UUID:
    """A draft of another department, whose data come from the published parcels."""
    content = replace(parcels, name="办理用宗地信息", origins=(), short_code="")
    return services.draft(content=content, actor=hall.other, clock=clock)


@pytest.fixture
def consenter(hall: Any) -> Actor:
    held: Actor = hall.head
    return held


def _same() -> bool:
    return [outcome.differences for outcome in rebuild.check(area="catalog")] == [()]


def test_nothing_is_submitted_before_the_provider_consents(
    hall: Any, published: UUID, copy: UUID, consenter: Actor, clock: FixedClock
) -> None:
    made = services.ask_derivation(entry=copy, source=published, text=TEXT, actor=hall.other, clock=clock)
    with pytest.raises(RuleBroken, match="derivation_twice"):
        services.ask_derivation(entry=copy, source=published, text=TEXT, actor=hall.other, clock=clock)
    with pytest.raises(RuleBroken, match="derivation_not_consented"):
        services.submit(entry=copy, actor=hall.other, clock=clock)
    assert [one.id for one in queries.derivation_cards(actor=consenter)] == [made]
    said = {"derivation": made, "answer": "仅限窗口核验", "clock": clock}
    with pytest.raises(NotFound):
        services.answer_derivation(verb="consent_derivation", actor=hall.other, **said)
    services.answer_derivation(verb="consent_derivation", actor=consenter, **said)
    assert queries.derivation_cards(actor=consenter) == ()
    services.submit(entry=copy, actor=hall.other, clock=clock)
    assert _same()


def test_a_refusal_is_acted_on_by_no_longer_using_the_data(
    hall: Any, published: UUID, copy: UUID, consenter: Actor, clock: FixedClock
) -> None:
    made = services.ask_derivation(entry=copy, source=published, text=TEXT, actor=hall.other, clock=clock)
    refused = {"derivation": made, "verb": "refuse_derivation", "answer": "请直接向我局申请", "clock": clock}
    services.answer_derivation(actor=consenter, **refused)
    assert [one.state for one in queries.derivation_cards(actor=hall.other)] == [DerivationState.REFUSED]
    with pytest.raises(RuleBroken, match="derivation_not_consented"):
        services.submit(entry=copy, actor=hall.other, clock=clock)
    ended = {"derivation": made, "verb": "end_derivation", "answer": "改为直接申请", "clock": clock}
    services.answer_derivation(actor=hall.other, **ended)
    services.submit(entry=copy, actor=hall.other, clock=clock)
    assert queries.derivations_of(entry=copy, actor=hall.other) == ()
    assert _same()


def test_a_consent_taken_back_before_publication_stops_it(
    hall: Any, published: UUID, copy: UUID, consenter: Actor, clock: FixedClock
) -> None:
    made = services.ask_derivation(entry=copy, source=published, text=TEXT, actor=hall.other, clock=clock)
    said = {"derivation": made, "answer": "仅限窗口核验", "actor": consenter, "clock": clock}
    services.answer_derivation(verb="consent_derivation", **said)
    services.submit(entry=copy, actor=hall.other, clock=clock)
    head = people.add_officer(name="顾正", actor=SYSTEM, clock=clock)
    seat = {"organization": hall.other.organization, "roles": [Role.DEPARTMENT_HEAD], "title": "局长"}
    people.give_seat(officer=head, from_on=clock.today(), actor=SYSTEM, clock=clock, **seat)
    signer = Actor(head, "顾正", hall.other.organization, frozenset({str(Role.DEPARTMENT_HEAD)}), "990100")
    services.sign(entry=copy, actor=signer, clock=clock)
    services.start_review(entry=copy, actor=hall.reviewer, clock=clock)
    services.answer_derivation(verb="refuse_derivation", **{**said, "answer": "用途有变"})
    (page,) = queries.derivations_of(entry=copy, actor=hall.other)
    assert (page.state, page.answered_by) == (DerivationState.REFUSED, consenter.name)
    with pytest.raises(RuleBroken, match="derivation_not_consented"):
        services.publish(entry=copy, actor=hall.reviewer, clock=clock)
    ended = {"verb": "end_derivation", "answer": "不再使用", "actor": hall.other}
    services.answer_derivation(**{**said, **ended})
    services.publish(entry=copy, actor=hall.reviewer, clock=clock)


def test_only_another_departments_published_entry_is_a_source(
    hall: Any, published: UUID, copy: UUID, clock: FixedClock
) -> None:
    with pytest.raises(RuleBroken, match="derivation_own"):
        services.ask_derivation(entry=published, source=published, text=TEXT, actor=hall.officer, clock=clock)
    with pytest.raises(NotFound):
        services.ask_derivation(entry=published, source=copy, text=TEXT, actor=hall.officer, clock=clock)
    with pytest.raises(NotFound):
        services.ask_derivation(entry=copy, source=published, text=TEXT, actor=hall.officer, clock=clock)


def test_the_pages_and_the_lineage(
    hall: Any, published: UUID, copy: UUID, consenter: Actor, clock: FixedClock, enter: Any
) -> None:
    at_other, at_source = enter(hall.other), enter(consenter)
    code = queries.entry(id=published, actor=hall.other).row.guide_code
    assert at_source.get(f"/catalog/{copy}/source").status_code == 404
    assert at_other.post(f"/catalog/{copy}/source", {"source": "没有", "text": TEXT}).status_code == 404
    address = at_other.post(f"/catalog/{copy}/source", {"source": code, "text": TEXT})["Location"]
    assert "答复是否同意" in at_source.get(address).content.decode()
    assert "答复二次共享" in at_source.get("/inbox").content.decode()
    assert at_other.post(f"{address}/consent-derivation", {"reason": "自己同意"}).status_code == 404
    assert at_source.post(f"{address}/consent-derivation", {"reason": "仅限窗口核验"}).status_code == 302
    assert "上游" in at_other.get(f"/catalog/{copy}").content.decode()
    assert [one.distance for one in queries.lineage(entry=copy)] == [-1]
    assert queries.lineage(entry=published) == ()  # what others only draft is not told
