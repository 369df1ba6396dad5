"""Forms survive their stored shape."""

from tests.support.sharing_forms import house_form, house_reply, people_form
from zhengtong.sharing.documents import form_from_json, form_to_json, reply_from_json, reply_to_json
from zhengtong.wire import canonical


def test_a_request_form_comes_back_as_it_was() -> None:
    for form in (house_form(), people_form(period_until=None, beneficiaries=())):
        assert form_from_json(form_to_json(form)) == form


def test_a_reply_comes_back_as_it_was() -> None:
    reply = house_reply(note="请按用途使用")
    assert reply_from_json(reply_to_json(reply)) == reply


def test_stored_shapes_are_canonical() -> None:
    for held in (form_to_json(house_form()), reply_to_json(house_reply())):
        assert canonical.parse(canonical.encode(held), max_bytes=1 << 20) == held
