"""HTTP as the gate sees it: ASGI scope to WSGI environ, and refusals that need no Django (纯函数)."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

from zhengtong.kernel import messages
from zhengtong.kernel.messages import Lang

RETRY_AFTER_S = 2
_NO_BODY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})

__all__ = ["Answer", "Lang", "answer", "content_length", "environ", "header", "language", "refusal"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole HTTP answer."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


def header(scope: Mapping[str, Any], name: bytes) -> str:
    """A request header's value, empty if there is none."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def content_length(scope: Mapping[str, Any]) -> int | None:
    """The bytes a request says it will send; None if it does not say."""
    told = header(scope, b"content-length")
    return int(told) if told.isdigit() else None


def language(scope: Mapping[str, Any]) -> Lang:
    """The language of a refusal: the person's choice; under /api/ what the program asks for; else Chinese."""
    cookie = header(scope, b"cookie")
    if "django_language=en" in cookie:
        return "en"
    if "django_language=" in cookie:
        return "zh"
    is_api = str(scope.get("path", "")).startswith("/api/")
    return "en" if is_api and header(scope, b"accept-language").lower().startswith("en") else "zh"


def answer(status: int, headers: list[tuple[str, str]], body: bytes) -> Answer:
    """An answer of Django's with its length told."""
    kept = [(k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in headers if k.lower() != "content-length"]
    if status not in _NO_BODY:
        length = next((v for k, v in headers if k.lower() == "content-length"), str(len(body)))
        kept.append((b"content-length", length.encode() if not body else str(len(body)).encode()))
    return Answer(status, kept, body)


def refusal(key: str, status: int, *, lang: Lang) -> Answer:
    """problem+json with a remedy, and the connection closed: what is left of a body is not read."""
    said = {
        "type": f"urn:zhengtong:problem:{key}",
        "title": messages.text(key, lang=lang, facts={}),
        "status": status,
        "remedy": messages.remedy(key, lang=lang, facts={}),
        "key": key,
    }
    body = json.dumps(said, ensure_ascii=False).encode()
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
        (b"cache-control", b"no-store"),
    ]
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append((b"retry-after", str(RETRY_AFTER_S).encode()))
    return Answer(status, headers, body)


def environ(scope: Mapping[str, Any], body: bytes) -> dict[str, Any]:
    """A WSGI environ (PEP 3333) for an ASGI scope and its whole body."""
    server = scope.get("server") or ("localhost", 80)
    client = scope.get("client") or ("", 0)
    path = scope.get("raw_path") or scope["path"].encode()
    made: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path.partition(b"?")[0]).decode("latin-1"),
        "QUERY_STRING": scope.get("query_string", b"").decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope.get('http_version', '1.1')}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or ""),
        "REMOTE_ADDR": client[0],
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").upper().replace("-", "_"), raw_value.decode("latin-1")
        if name == "CONTENT_TYPE":
            made["CONTENT_TYPE"] = value
        elif name not in {"CONTENT_LENGTH", "TRANSFER_ENCODING"} and b"_" not in raw_name:
            joined = "; " if name == "COOKIE" else ","
            made[f"HTTP_{name}"] = f"{made[f'HTTP_{name}']}{joined}{value}" if f"HTTP_{name}" in made else value
    return made
