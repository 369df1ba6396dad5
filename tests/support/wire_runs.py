"""A run between two departments whose ledgers must verify in the end, opened but not fetched."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.wire_city import Place, person_grant, two_departments
from zhengtong.node.consumer import LocalAsk, Sent
from zhengtong.wire.canonical import Json
from zhengtong.wire.envelope import Kind
from zhengtong.wire.grant import Limits
from zhengtong.wire.verifier import verify

PARCEL_ROWS = 100
ASKED = LocalAsk(
    kind=Kind.RUN, grant="0001-1", system="licensing", purpose="food-licence", case_ref="TLCY20260017"
)  # fmt: skip


@contextmanager
def hundred_a_parcel(folder: Path, *, rows: int) -> Iterator[Place]:
    """Two departments and a grant of parcels of a hundred rows; afterwards both ledgers verify."""
    with two_departments(folder, rows=rows) as made:
        made.city.grant(person_grant(limits=Limits(max_rows=PARCEL_ROWS)))
        made.publish()
        yield made
    report = verify([folder / "nodes/wl-police", folder / "nodes/tl-market"], root_fingerprint=made.city.fingerprint)
    assert report.ok, report.problems


def opened(place: Place) -> Sent:
    """A run that the provider has opened for us."""
    consumer = place.c.node.consumer

    async def open_() -> Sent:
        view, grant = consumer.known(ASKED)
        content: dict[str, Json] = {"items": [field.name for field in grant.fields]}
        sent = await consumer.open(ASKED, view, grant, content=content, path="/wire/v1/runs")
        await consumer.send(ASKED, sent)
        return sent

    return place.c.call(open_())
