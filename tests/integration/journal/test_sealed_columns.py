"""Sealed columns: unreadable in the store, readable to the program, found by index, moved to new keys."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps.registry import Apps
from django.conf import LazySettings
from django.core.exceptions import FieldError
from django.db import connection, models

from zhengtong.journal import keys, sealing
from zhengtong.journal.fields import BlindIndexField, EncryptedTextField, blind_indexes
from zhengtong.journal.services.rotation import rotate
from zhengtong.kernel.errors import NotFound, WrongState

REGISTRY = Apps()


class Probe(models.Model):
    """A row with a sealed phone number; lives in a registry of its own."""

    id = models.BigAutoField(primary_key=True)
    phone = EncryptedTextField(blank=True)
    phone_index = BlindIndexField(source="phone")

    class Meta:
        app_label = "probe"
        apps = REGISTRY


COLUMN = "probe.probe.phone"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def table(tmp_path: Path, settings: LazySettings) -> Iterator[None]:
    settings.ZHENGTONG_KEYS = tmp_path / "keys"
    keys.create(settings.ZHENGTONG_KEYS)
    with connection.schema_editor() as editor:
        editor.create_model(Probe)
    yield
    with connection.schema_editor() as editor:
        editor.delete_model(Probe)


def _raw() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, phone_index FROM probe_probe ORDER BY id")
        return cursor.fetchall()


def test_the_store_holds_no_plain_value_and_two_seals_differ() -> None:
    Probe.objects.create(phone="13900000001")
    Probe.objects.create(phone="13900000001")
    (first, index), (second, same) = _raw()
    assert "139" not in first + index
    assert first != second
    assert index == same
    assert [p.phone for p in Probe.objects.order_by("id")] == ["13900000001"] * 2


def test_a_value_is_found_by_its_index_only() -> None:
    Probe.objects.create(phone="13900000001")
    assert Probe.objects.filter(phone_index__in=blind_indexes("13900000001", column=COLUMN)).count() == 1
    assert Probe.objects.filter(phone_index__in=blind_indexes("13900000002", column=COLUMN)).count() == 0
    with pytest.raises(FieldError, match="blind index"):
        Probe.objects.filter(phone="13900000001").count()


def test_empty_stays_empty() -> None:
    Probe.objects.create(phone="")
    assert _raw() == [("", "")]
    assert Probe.objects.get().phone == ""


@pytest.mark.fault(
    "journal.value_altered",
    what="a sealed value is altered, or copied from another column",
    unchanged="it does not open; the row stays as it is",
)
@pytest.mark.fault(
    "journal.key_unknown",
    what="a sealed value names a key that is not in the ring",
    unchanged="it does not open; the row stays as it is",
)
def test_a_value_moved_to_another_column_or_altered_does_not_open() -> None:
    sealed = sealing.seal("13900000001", column=COLUMN)
    with pytest.raises(WrongState, match="value_altered"):
        sealing.unseal(sealed, column="probe.probe.email")
    with pytest.raises(WrongState, match="value_altered"):
        sealing.unseal(sealed[:-6] + "AAAA==", column=COLUMN)
    with pytest.raises(WrongState, match="key_unknown"):
        sealing.unseal("k9:" + sealed.partition(":")[2], column=COLUMN)


def test_rotation_rewrites_every_row_and_reading_never_stops(settings: LazySettings) -> None:
    for number in range(7):
        Probe.objects.create(phone=f"1390000000{number}")
    before = _raw()
    assert keys.add_active(settings.ZHENGTONG_KEYS) == ("k2", "k2")
    assert Probe.objects.order_by("id")[0].phone == "13900000000"
    assert Probe.objects.filter(phone_index__in=blind_indexes("13900000003", column=COLUMN)).count() == 1
    assert rotate([Probe]) == {"probe.probe": 7}
    assert rotate([Probe]) == {"probe.probe": 0}
    assert all(a.startswith("k2:") and b.startswith("k2:") for a, b in _raw())
    assert _raw() != before
    assert keys.drop_inactive(settings.ZHENGTONG_KEYS) == 2
    assert [p.phone for p in Probe.objects.order_by("id")] == [f"1390000000{n}" for n in range(7)]
    assert Probe.objects.filter(phone_index__in=blind_indexes("13900000003", column=COLUMN)).count() == 1


@pytest.mark.fault(
    "journal.keys_missing",
    what="the column keys are not where the home folder says",
    unchanged="nothing is written unsealed",
)
def test_missing_keys_are_named_with_a_remedy(settings: LazySettings, tmp_path: Path) -> None:
    settings.ZHENGTONG_KEYS = tmp_path / "elsewhere"
    with pytest.raises(NotFound, match="center init"):
        sealing.seal("x", column=COLUMN)


def test_key_files_are_for_their_owner_alone(settings: LazySettings) -> None:
    folder = settings.ZHENGTONG_KEYS
    assert [oct(p.stat().st_mode & 0o777) for p in (folder, *sorted(folder.iterdir()))] == ["0o700", "0o600", "0o600"]
    assert keys.create(folder) is False
