"""Steps of a request, as the tests of several doors take them (needs Django)."""

from datetime import date
from uuid import UUID

from tests.support.sharing_forms import USE, house_form, house_reply
from tests.support.sharing_hall import Hall
from zhengtong.kernel.clock import FixedClock
from zhengtong.sharing.rules import Beneficiary, RequestForm


def form_for(hall: Hall, **changes: object) -> RequestForm:
    """A complete request of 区市监局 for R03, one organ."""
    organs = (Beneficiary(hall.organs["tl-market"], (USE,)),)
    return house_form(entry=hall.entries["R03"], beneficiaries=organs, **changes)


def received(hall: Hall, clock: FixedClock, **changes: object) -> UUID:
    """The request, drafted, approved and received on one day."""
    from zhengtong.sharing import services

    officer = hall.officer("tl-market")
    made = services.draft_request(form=form_for(hall, **changes), actor=officer, clock=clock)
    services.submit_to_own_head(request=made, actor=officer, clock=clock)
    services.approve_own(request=made, actor=hall.head("tl-market"), clock=clock)
    return made


def granted(hall: Hall) -> UUID:
    """The grant of a request received on 28 August and answered on 9 September 2026."""
    from zhengtong.sharing import services

    made = received(hall, FixedClock.on(date(2026, 8, 28)))
    officer, head = hall.officer("wl-land"), hall.head("wl-land")
    services.prepare_reply(request=made, reply=house_reply(), actor=officer, clock=FixedClock.on(date(2026, 9, 8)))
    return services.sign_reply(request=made, actor=head, clock=FixedClock.on(date(2026, 9, 9))).grants[0]
