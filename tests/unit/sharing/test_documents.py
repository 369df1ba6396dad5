"""The documents whose digests stand in events tell any two forms apart."""

from dataclasses import replace
from datetime import date

from tests.support.sharing_forms import house_form, house_reply, people_form
from zhengtong.sharing.documents import form_to_json, reply_to_json
from zhengtong.wire import canonical


def test_every_field_of_a_form_shows_in_its_document() -> None:
    whole = house_form()
    forms = (
        whole,
        people_form(),
        *(replace(whole, **{field: ""}) for field in ("legal_basis", "scenario", "scope", "purpose")),
        *(replace(whole, **{field: ()}) for field in ("items", "modes", "beneficiaries")),
        *(replace(whole, **{field: None}) for field in ("period_from", "period_until")),
    )
    assert len({canonical.encode(form_to_json(form)) for form in forms}) == len(forms)


def test_every_field_of_a_reply_shows_in_its_document() -> None:
    whole = house_reply()
    replies = (
        whole,
        replace(whole, valid_from=date(2026, 9, 10)),
        replace(whole, valid_until=date(2027, 1, 1)),
        replace(whole, note="附注"),
        replace(whole, rows_note="只限本区"),
        *(replace(whole, **{field: ()}) for field in ("answers", "rows", "lookup")),
        replace(whole, quota=replace(whole.quota, max_rows=6)),
    )
    assert len({canonical.encode(reply_to_json(reply)) for reply in replies}) == len(replies)


def test_stored_shapes_are_canonical() -> None:
    for held in (form_to_json(house_form()), reply_to_json(house_reply())):
        assert canonical.parse(canonical.encode(held), max_bytes=1 << 20) == held
