"""Codes on printed papers (验证码): bound to this deployment, to the paper and to what it says.

A code is `D0002-AAAA-BBBB-CCCC-DDDD`: the kind, the number, a first tag over both, and a second
tag over the digest of what was printed.  The first tag says that this deployment printed such a
paper; the second, whether the record still says the same.  Tags are cut HMAC-SHA-256, 40 bits
each, in Crockford's base 32.
"""

import hmac
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.conf import settings
from django.utils.crypto import constant_time_compare

from zhengtong.sharing import queries as sharing
from zhengtong.sharing.queries import PaperFacts, PaperKind, PaperState

CODE_CHARS_MAX = 60
TAG_BITS = 40
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_LETTERS = {PaperKind.REQUEST: "S", PaperKind.REPLY: "D", PaperKind.GRANT: "G"}
_KINDS = {letter: kind for kind, letter in _LETTERS.items()}


class Verdict(StrEnum):
    """What checking a code says (核验结论)."""

    VALID = "valid"  # 与记录一致
    CHANGED = "changed"  # 是本系统的文书，内容已变更
    SUSPENDED = "suspended"  # 一致，已暂停
    ENDED = "ended"  # 一致，已失效
    UNKNOWN = "unknown"  # 查无此文书


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer to a code: nothing of the paper's content."""

    verdict: Verdict
    kind: PaperKind | None = None
    number: str = ""
    organ: str = ""
    dated_on: date | None = None
    ended_on: date | None = None


def code_of(facts: PaperFacts) -> str:
    """The code to print on a paper."""
    name = f"{_LETTERS[facts.kind]}{facts.number}"
    return "-".join((name, *_groups(_tag("paper", name)), *_groups(_tag("content", f"{name} {facts.digest}"))))


def paper_code(*, kind: PaperKind, number: str) -> str:
    """The code of a paper by its number; empty where there is no such paper."""
    facts = sharing.paper(kind=kind, number=number)
    return code_of(facts) if facts else ""


def check(text: str) -> Checked:
    """What the record says of a code that somebody typed from a paper."""
    parts = _clean(text).split("-")
    if len(parts) < 5 or parts[0][:1] not in _KINDS:
        return Checked(Verdict.UNKNOWN)
    name, origin, content = "-".join(parts[:-4]), "".join(parts[-4:-2]), "".join(parts[-2:])
    if not constant_time_compare(_tag("paper", name), origin.translate(_READ_AS)):
        return Checked(Verdict.UNKNOWN)
    facts = sharing.paper(kind=_KINDS[name[0]], number=name[1:])
    if facts is None:
        return Checked(Verdict.UNKNOWN)
    same = constant_time_compare(_tag("content", f"{name} {facts.digest}"), content.translate(_READ_AS))
    return Checked(
        verdict=_verdict(facts, same=same),
        kind=facts.kind,
        number=facts.number,
        organ=facts.organ,
        dated_on=facts.dated_on,
        ended_on=facts.ended_on,
    )


def _verdict(facts: PaperFacts, *, same: bool) -> Verdict:
    if not same:
        return Verdict.CHANGED
    return {PaperState.ENDED: Verdict.ENDED, PaperState.SUSPENDED: Verdict.SUSPENDED}.get(facts.state, Verdict.VALID)


def _clean(text: str) -> str:
    kept = text[:CODE_CHARS_MAX].upper().replace("—", "-").replace("－", "-")
    return "".join(c for c in kept if c.isascii() and (c.isalnum() or c == "-"))


def _tag(use: str, text: str) -> str:
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"zhengtong.papers.{use}\n{text}".encode(), "sha256")
    number = int.from_bytes(digest[: TAG_BITS // 8])
    return "".join(_DIGITS[(number >> shift) & 31] for shift in range(TAG_BITS - 5, -1, -5))


def _groups(tag: str) -> tuple[str, str]:
    return tag[:4], tag[4:]
