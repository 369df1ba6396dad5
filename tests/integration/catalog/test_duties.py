"""From duties to the catalogue: what a department still owes, what applicants need no longer bring."""

from typing import Any
from uuid import UUID

import pytest

from zhengtong.catalog import queries, services
from zhengtong.catalog.rules import DocumentDirection
from zhengtong.catalog.rules.duties import DocumentState
from zhengtong.journal.queries import events_of
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken
from zhengtong.parties import services as people

pytestmark = pytest.mark.django_db


def _matter(hall: Any, clock: FixedClock) -> UUID:
    """A matter of 市住建局, whose officer is `other`."""
    duty = people.add_duty(
        organization=hall.other.organization, code="D-09", name="房屋租赁管理", legal_basis="商品房屋租赁管理办法",
        actor=SYSTEM, clock=clock,
    )  # fmt: skip
    return services.add_matter(duty=duty, code="M-09", name="租赁备案", kind="", actor=hall.other, clock=clock)


def _material(hall: Any, clock: FixedClock, name: str = "不动产权证书", *, official: bool = True) -> UUID:
    return services.add_document(
        matter=_matter(hall, clock), direction=DocumentDirection.MATERIAL, name=name, official=official,
        actor=hall.other, clock=clock,
    )  # fmt: skip


def _line(actor: Actor, document: UUID) -> Any:
    page = queries.duty_page(organization=actor.organization or document, actor=actor)
    return next(d for duty in page.duties for matter in duty.matters for d in matter.documents if d.id == document)


def test_a_result_is_owed_until_an_entry_made_of_it_is_published(
    hall: Any, clock: FixedClock, request: pytest.FixtureRequest
) -> None:
    assert _line(hall.officer, hall.document).state is DocumentState.OWED
    published = request.getfixturevalue("published")
    line = _line(hall.officer, hall.document)
    assert (line.state, line.entry.id) == (DocumentState.CATALOGUED, published)


def test_a_material_finds_what_gives_it_and_is_then_no_longer_asked_for(
    hall: Any, clock: FixedClock, published: UUID
) -> None:
    material = _material(hall, clock)
    line = _line(hall.other, material)
    assert (line.state, line.entry, line.offer.id) == (DocumentState.OFFICIAL, None, published)
    services.share_document(document=material, entry=published, actor=hall.other, clock=clock)
    line = _line(hall.other, material)
    assert (line.state, line.entry.id, line.offer) == (DocumentState.SHARED, published, None)
    services.cut_document(document=material, actor=hall.other, clock=clock)
    assert _line(hall.other, material).state is DocumentState.CUT
    with pytest.raises(RuleBroken, match="material_cut_already"):
        services.cut_document(document=material, actor=hall.other, clock=clock)
    assert [told.name for told in events_of(material)] == [
        "catalog.document.added",
        "catalog.document.shared",
        "catalog.document.cut",
    ]


def test_only_the_department_and_its_authority_settle_a_material(hall: Any, clock: FixedClock, published: UUID) -> None:
    material = _material(hall, clock)
    with pytest.raises(NotAllowed):
        services.share_document(document=material, entry=published, actor=hall.officer, clock=clock)
    services.share_document(document=material, entry=published, actor=hall.reviewer, clock=clock)
    with pytest.raises(NotFound):  # a result is not asked for, so nothing can take its place
        services.cut_document(document=hall.document, actor=hall.officer, clock=clock)
    with pytest.raises(NotFound):
        services.share_document(document=material, entry=hall.document, actor=hall.other, clock=clock)


def test_what_is_withheld_gives_no_material(hall: Any, clock: FixedClock, published: UUID) -> None:
    from zhengtong.catalog.models import Revision

    Revision.objects.filter(entry=published).update(
        share_type="W", reason="依法不得提供", legal_basis="统计法 第二十八条", basis_kind="law"
    )
    material = _material(hall, clock)
    assert _line(hall.other, material).offer is None
    with pytest.raises(RuleBroken, match="material_from_withheld"):
        services.share_document(document=material, entry=published, actor=hall.other, clock=clock)


def test_the_authority_sees_who_lags_and_a_department_only_itself(
    hall: Any, clock: FixedClock, published: UUID
) -> None:
    _material(hall, clock, name="燃气用户信息")
    lines = queries.duty_overview(actor=hall.reviewer).lines
    assert [(one.code, one.counts.owed, one.counts.open) for one in lines] == [("wl-housing", 0, 1), ("wl-land", 0, 0)]
    assert queries.duty_overview(actor=hall.officer).lines == ()
    with pytest.raises(NotFound):
        queries.duty_page(organization=hall.land, actor=hall.other)


def test_the_overview_is_taken_away_as_a_table(hall: Any, clock: FixedClock, published: UUID, enter: Any) -> None:
    _material(hall, clock, name="燃气用户信息")
    browser = enter(hall.reviewer)
    assert "还差得多的部门在前" in browser.get("/catalog/duties").content.decode()
    table = browser.get("/catalog/duties?format=csv").content.decode("utf-8-sig")
    assert "市住房和城乡建设局,0,0,1,0,0" in table
    assert "燃气用户信息" in browser.get("/catalog/duties?department=wl-housing").content.decode()


def test_an_officer_works_through_the_page(hall: Any, clock: FixedClock, published: UUID, enter: Any) -> None:
    matter = _matter(hall, clock)
    browser = enter(hall.other)
    given = {"matter": str(matter), "direction": "material", "name": "不动产权证书", "official": "on"}
    assert browser.post("/catalog/duties", given).status_code == 302
    again = browser.post("/catalog/duties", given)
    assert (again.status_code, "已登记" in again.content.decode()) == (422, True)
    page = browser.get("/catalog/duties").content.decode()
    assert "机关出具，申请人提交" in page
    assert "由同名结果编成" in page
    (material,) = [
        d.id for duty in queries.duty_page(organization=hall.other.organization, actor=hall.other).duties
        for m in duty.matters for d in m.documents
    ]  # fmt: skip
    code = queries.entry(id=published, actor=hall.other).row.guide_code
    done = browser.post(f"/catalog/duties/{material}/share", {"entry": code}, follow=True)
    assert "可以共享获取，仍在收取" in done.content.decode()
    browser.post(f"/catalog/duties/{material}/cut")
    assert _line(hall.other, material).state is DocumentState.CUT
    assert browser.post(f"/catalog/duties/{material}/erase").status_code == 404
    assert "不动产权证书" in browser.get("/catalog/duties?format=csv").content.decode("utf-8-sig")


def test_a_matter_is_added_and_a_result_leads_to_a_draft(hall: Any, clock: FixedClock, enter: Any) -> None:
    browser = enter(hall.officer)
    duty = queries.duty_page(organization=hall.land, actor=hall.officer).duties[0].id
    given = {"duty": str(duty), "code": "M-02", "name": "变更登记", "kind": "行政确认"}
    assert browser.post("/catalog/duties", given).status_code == 302
    assert "变更登记" in browser.get("/catalog/duties").content.decode()
    page = browser.get("/catalog/duties").content.decode()
    assert f"/catalog/new?origin={hall.document}" in page
    form = browser.get(f"/catalog/new?origin={hall.document}").content.decode()
    (box,) = [tag for tag in form.split("<input") if str(hall.document) in tag and "origins" in tag]
    assert "checked" in box.partition(">")[0]


def test_a_material_nothing_offers_leads_to_a_demand_that_is_filled_in(
    hall: Any, clock: FixedClock, enter: Any
) -> None:
    _material(hall, clock, name="燃气用户信息")
    browser = enter(hall.other)
    page = browser.get("/catalog/duties").content.decode()
    (address,) = {part.split('"')[0] for part in page.split('href="')[1:] if part.startswith("/sharing/demands/new?")}
    form = browser.get(address.replace("&amp;", "&")).content.decode()
    assert 'value="燃气用户信息"' in form
    assert "商品房屋租赁管理办法" in form
