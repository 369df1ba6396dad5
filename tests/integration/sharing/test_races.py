"""Two people at the same moment: one act counts, nothing is lost or doubled."""

import threading
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection

from tests.support.sharing_forms import house_reply
from tests.support.sharing_hall import Hall, build
from tests.support.sharing_story import form_for, received
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import PlatformError
from zhengtong.sharing import services
from zhengtong.sharing.models import Grant, SharingRequest

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 4


def _at_once(act: Callable[[int], object]) -> list[object]:
    """Run an act in several threads that start together; what each returned or raised."""
    gate, said = threading.Barrier(AT_ONCE), list[object]()

    def run(n: int) -> None:
        gate.wait(timeout=20)
        try:
            said.append(act(n))
        except PlatformError as refused:
            said.append(refused.key)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return said


@pytest.fixture
def hall(transactional_db: None) -> Hall:
    return build(FixedClock.on(date(2026, 6, 1)))


def test_numbers_are_given_once(hall: Hall) -> None:
    clock, officer = FixedClock.on(date(2026, 8, 24)), hall.officer("tl-market")
    made = _at_once(
        lambda n: services.draft_request(form=form_for(hall, purpose=f"用途 {n}"), actor=officer, clock=clock)
    )
    assert len(set(made)) == AT_ONCE
    numbers = sorted(SharingRequest.objects.values_list("number", flat=True))
    assert numbers == ["0001", "0002", "0003", "0004"]


def test_a_reply_signed_twice_at_once_grants_once(hall: Hall) -> None:
    request = received(hall, FixedClock.on(date(2026, 8, 28)))
    officer, head, clock = hall.officer("wl-land"), hall.head("wl-land"), FixedClock.on(date(2026, 9, 9))
    services.prepare_reply(request=request, reply=house_reply(), actor=officer, clock=clock)
    said = _at_once(lambda _n: services.sign_reply(request=request, actor=head, clock=clock))
    assert said.count("kernel.wrong_state") == AT_ONCE - 1
    assert Grant.objects.count() == 1
