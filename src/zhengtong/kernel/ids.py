"""Identifiers (标识): UUIDv7 inside and in URLs, so that they sort by time of birth."""

import os
import threading
from datetime import datetime
from uuid import UUID

RANDOM_BITS = 74  # 12 behind the version, 62 behind the variant (RFC 9562 §5.7)
STEP_BITS = 40  # how far apart two ids of one millisecond may lie

_lock = threading.Lock()
_last = 0


def new_id(at: datetime) -> UUID:
    """A UUIDv7 (RFC 9562 §5.7) for an instant; strictly increasing within one process and millisecond."""
    global _last
    millis = int(at.timestamp() * 1000)
    with _lock:
        drawn = (millis << RANDOM_BITS) | (int.from_bytes(os.urandom(10), "big") >> (80 - RANDOM_BITS))
        if drawn >> RANDOM_BITS == _last >> RANDOM_BITS:
            drawn = _last + 1 + (int.from_bytes(os.urandom(5), "big") >> (40 - STEP_BITS))
        _last = drawn
    head, tail = drawn >> 62, drawn & ((1 << 62) - 1)
    return UUID(int=(head >> 12) << 80 | 0x7 << 76 | (head & 0xFFF) << 64 | 0b10 << 62 | tail)
