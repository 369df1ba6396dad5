"""Whom a node talks to: plain HTTP to loopback only, elsewhere TLS 1.3 with the pinned key, never a redirect."""

import asyncio
import contextlib
import datetime
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.wire_city import MORNING
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, PlatformError
from zhengtong.node.center import CenterClient
from zhengtong.node.peers import PeerAnswer, Peers
from zhengtong.node.pinning import pin_of
from zhengtong.wire.suites import SigningKey

CLOSING_S = 0.1  # a refused TLS line says goodbye before it closes


def self_signed(folder: Path) -> tuple[Path, str]:
    """A certificate nobody vouches for, with its key in one file, and its pin."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "node")])
    born = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(born).not_valid_after(born + datetime.timedelta(days=3650))
    certificate = made.add_extension(address, critical=False).sign(key, hashes.SHA256())
    held = folder / "front.pem"
    held.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return held, pin_of(certificate.public_bytes(serialization.Encoding.DER))


class Front(BaseHTTPRequestHandler):
    """Answers everything, or sends it elsewhere."""

    asked: list[str]
    elsewhere = ""

    def do_POST(self) -> None:
        self.asked.append(self.path)
        self.send_response(302 if self.elsewhere else 200)
        self.send_header("location", self.elsewhere)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def front(
    certificate: Path | None = None, *, most: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3, elsewhere: str = ""
) -> Iterator[tuple[str, list[str]]]:
    """A server on loopback, with TLS or without; yields its address and the paths that reached it."""
    asked: list[str] = []
    handler = type("One", (Front,), {"asked": asked, "elsewhere": elsewhere})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.handle_error = lambda request, client_address: None  # refused handshakes
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        context.maximum_version = most
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def ask(address: str, *pins: str) -> PeerAnswer:
    """One call to a peer of this address."""

    async def one() -> PeerAnswer:
        peers = Peers()
        try:
            return await peers.call(address, "POST", "/wire/v1/service", headers={}, body=b"{}", peer="b", pins=pins)
        finally:
            await peers.close()
            await asyncio.sleep(CLOSING_S)

    return asyncio.run(one())


def refusal(address: str, *pins: str) -> str:
    with pytest.raises(PlatformError) as stop:
        ask(address, *pins)
    return stop.value.key


def test_the_pinned_key_is_answered_though_no_authority_vouches_for_it(tmp_path: Path) -> None:
    certificate, pin = self_signed(tmp_path)
    with front(certificate) as (address, asked):
        assert ask(address, pin).status == 200
        assert ask(address, "sha-256:" + "0" * 64, pin).status == 200  # an old and a new key while one is replaced
        assert len(asked) == 2


@pytest.mark.fault("node.pin_differs", what="对方出示的 TLS 公钥不是名录登记的", unchanged="握手后即断开，没有发出请求")
def test_another_key_is_told_nothing(tmp_path: Path) -> None:
    certificate, _ = self_signed(tmp_path)
    with front(certificate) as (address, asked):
        assert refusal(address, "sha-256:" + "0" * 64) == "node.pin_differs"
        assert asked == []


def test_an_older_tls_is_told_nothing(tmp_path: Path) -> None:
    certificate, pin = self_signed(tmp_path)
    with front(certificate, most=ssl.TLSVersion.TLSv1_2) as (address, asked):
        assert refusal(address, pin) == "node.pin_differs"
        assert asked == []


@pytest.mark.fault("node.no_pin", what="名录没有登记对方的 TLS 公钥", unchanged="没有建立连接")
def test_tls_without_a_pin_is_not_even_tried(tmp_path: Path) -> None:
    certificate, _ = self_signed(tmp_path)
    with front(certificate) as (address, asked):
        assert refusal(address) == "node.no_pin"
        assert refusal(address, "") == "node.no_pin"
        assert refusal(address, "any text") == "node.no_pin"
        assert asked == []


@pytest.mark.fault("node.plain_http", what="名录中的地址是别的机器的 http://", unchanged="没有建立连接")
@pytest.mark.parametrize(
    "address", ["http://10.0.0.7:8080", "http://localhost:1", "http://node.example", "http://169.254.169.254:80"]
)
def test_plain_http_leads_nowhere_but_to_loopback(address: str) -> None:
    assert refusal(address, "sha-256:" + "0" * 64) == "node.plain_http"


@pytest.mark.parametrize(
    "address",
    ["ftp://127.0.0.1", "http://user@127.0.0.1:1", "http://127.0.0.1:1/path", "http://127.0.0.1:x", "http://\0a", ""],
)
def test_an_address_is_scheme_host_and_port_and_no_more(address: str) -> None:
    assert refusal(address) == "node.peer_address"


def test_the_center_is_held_to_its_pin_and_cannot_send_a_node_elsewhere(tmp_path: Path) -> None:
    certificate, pin = self_signed(tmp_path)

    async def status(address: str, held: str) -> int:
        client = CenterClient(address, node="a", key=SigningKey.generate(), clock=FixedClock(MORNING), pin=held)
        try:
            return (await client.call("POST", "/status", body=b"{}")).status
        finally:
            await client.close()
            await asyncio.sleep(CLOSING_S)

    with front(certificate) as (address, asked):
        assert asyncio.run(status(address, pin)) == 200
        with pytest.raises(NotAllowed, match="TLS"):
            asyncio.run(status(address, "sha-256:" + "0" * 64))
        assert len(asked) == 1
    with front() as (target, reached), front(elsewhere=target + "/api/exchange/status") as (address, asked):
        with pytest.raises(NotAllowed):
            asyncio.run(status(address, ""))
        assert (len(asked), reached) == (1, [])
    with pytest.raises(NotAllowed, match="127"):
        asyncio.run(status("http://center.example", pin))
