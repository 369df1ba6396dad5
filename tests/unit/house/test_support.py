"""What tests rest on: the closed network, and reference data that may skip or must be there."""

import socket

import pytest

from tests.support import network, shared_data
from tools import system_packages


@pytest.mark.parametrize(
    ("address", "stays"),
    [
        (("127.0.0.1", 80), True),
        (("::1", 80, 0, 0), True),
        (("localhost", 80), True),
        ("/tmp/socket", True),
        (("10.0.0.1", 80), False),
        (("example.org", 443), False),
    ],
)
def test_only_this_machine_may_be_reached(address: object, stays: bool) -> None:
    assert network.is_loopback(address) is stays


def test_a_connect_to_elsewhere_is_refused() -> None:
    with socket.socket() as probe, pytest.raises(network.NetworkIsOff, match="192\\.0\\.2\\.1"):
        probe.connect(("192.0.2.1", 9))


def test_missing_reference_data_skips_a_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ZHENGTONG_DATA_REQUIRED", raising=False)
    with pytest.raises(pytest.skip.Exception, match="not beside the checkout"):
        shared_data.shared_data("no/such/file")


def test_missing_reference_data_fails_a_test_where_it_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHENGTONG_DATA_REQUIRED", "1")
    with pytest.raises(pytest.fail.Exception, match="not beside the checkout"):
        shared_data.shared_data("no/such/file")


def test_nothing_is_installed_where_that_is_forbidden_and_the_command_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NO_INSTALL", "1")
    monkeypatch.setattr(system_packages, "missing", lambda: ["postgresql", "chromium"])
    monkeypatch.setattr(system_packages.subprocess, "run", lambda *_, **__: pytest.fail("something was installed"))
    assert system_packages.main() == 0
    assert "sudo apt-get install -y -qq --no-install-recommends postgresql chromium" in capsys.readouterr().out
