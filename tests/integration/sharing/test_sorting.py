"""Lists in the order their reader chose: each heading up and down, page by page, as a file, empty values last."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from tests.support.sharing_hall import Hall
from tests.support.sharing_story import form_for, received
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.sharing import queries, services
from zhengtong.sharing.models import SharingRequest
from zhengtong.sharing.queries.requests import SORTS

pytestmark = pytest.mark.django_db
On = Callable[..., FixedClock]
SignIn = Callable[[Actor], Client]
TODAY = date(2026, 9, 16)


@pytest.fixture
def asked(hall: Hall, on: On) -> list[str]:
    """Five requests: three received on different days, two drafts without a day."""
    for n, day in enumerate((3, 1, 2)):
        received(hall, on(9, day), purpose=f"用途{n}")
    for n in range(2):
        form = form_for(hall, purpose=f"草稿{n}")
        services.draft_request(form=form, actor=hall.officer("tl-market"), clock=on(9, 4))
    return list(SharingRequest.objects.order_by("number").values_list("number", flat=True))


def numbers(hall: Hall, sort: str, *, rows: int = 2) -> list[str]:
    found, after = list[str](), ""
    for _page in range(9):
        page = queries.requests(actor=hall.officer("tl-market"), on=TODAY, sort=sort, after=after, rows=rows)
        found += [line.number for line in page.rows]
        after = page.next_after
        if not after:
            break
    return found


def test_by_day_up_and_down_with_what_has_none_last(hall: Hall, asked: list[str]) -> None:
    first, second, third, *drafts = asked
    assert numbers(hall, "due") == [second, third, first, *drafts]
    assert numbers(hall, "-due") == [first, third, second, *reversed(drafts)]


@pytest.mark.parametrize("heading", SORTS)
@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("rows", [1, 2, 5])
def test_every_heading_shows_every_row_once(hall: Hall, asked: list[str], heading: str, sign: str, rows: int) -> None:
    assert sorted(numbers(hall, sign + heading, rows=rows)) == asked


def test_an_unknown_heading_and_a_mistyped_key(hall: Hall, asked: list[str]) -> None:
    assert numbers(hall, "drafted_by") == asked[::-1]
    page = queries.requests(actor=hall.officer("tl-market"), on=TODAY, sort="due", after="0009", rows=2)
    assert (page.rows, page.next_after) == ((), "")


LISTS = {
    "/sharing/": "due", "/sharing/grants": "until", "/sharing/corrections": "due", "/sharing/persons": "due",
    "/sharing/corrections/cases": "flagged", "/sharing/demands": "raised", "/sharing/disputes": "due",
    "/sharing/stops": "ordered", "/sharing/takeovers": "review",
}  # fmt: skip


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("sign", ["", "-"])
def test_every_list_sorts_and_is_taken_away(
    hall: Hall, asked: list[str], today: FixedClock, sign_in: SignIn, address: str, sign: str
) -> None:
    officer, sort = sign_in(hall.head("tl-market")), f"{sign}{LISTS[address]}"
    assert officer.get(address, {"sort": sort}).status_code == 200
    for kind in ("csv", "xlsx"):
        assert officer.get(address, {"sort": sort, "format": kind})["Content-Disposition"].endswith(f'.{kind}"')


def test_a_heading_says_how_it_stands_and_leads_on(
    hall: Hall, asked: list[str], today: FixedClock, sign_in: SignIn
) -> None:
    officer = sign_in(hall.officer("tl-market"))
    plain = officer.get("/sharing/?state=draft").content.decode()
    assert 'aria-sort="none"' in plain
    assert 'href="?state=draft&amp;sort=due"' in plain
    up = officer.get("/sharing/?state=draft&sort=due").content.decode()
    assert 'aria-sort="ascending"><a class="zt-sort" href="?state=draft&amp;sort=-due"' in up
    assert 'href="?state=draft&amp;sort=due&amp;format=xlsx"' in up
    down = officer.get("/sharing/?state=draft&sort=-due").content.decode()
    assert 'aria-sort="descending"><a class="zt-sort" href="?state=draft"' in down
    lines = officer.get("/sharing/?sort=due&format=csv").content.decode("utf-8-sig").splitlines()[1:]
    assert [line.split(",")[0] for line in lines][:3] == [asked[1], asked[2], asked[0]]
