"""Systems of this department (业务系统): registered here, known by token on loopback or by their key."""

import hashlib
import re
import secrets
import sqlite3

from zhengtong.kernel.errors import RuleBroken
from zhengtong.wire.suites import KEY_BYTES, unb64

_CODE = re.compile(r"[A-Za-z0-9._-]{2,64}")


def register(db: sqlite3.Connection, code: str, *, public: str = "") -> str:
    """Register a system.  Returns its bearer token (loopback only, shown once), or "" if it signs with its key."""
    if not _CODE.fullmatch(code):
        raise RuleBroken("node.system_code", code=code[:80])
    if public:
        unb64(public, size=KEY_BYTES)
    token = "" if public else secrets.token_urlsafe(32)
    digest = hashlib.sha256(token.encode()).hexdigest() if token else ""
    db.execute(
        "INSERT INTO system VALUES (?, ?, ?) ON CONFLICT (code)"
        " DO UPDATE SET public = excluded.public, token_digest = excluded.token_digest",
        (code, public, digest),
    )
    return token
