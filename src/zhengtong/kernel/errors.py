"""Errors a person or a program can act on (错误).

PlatformError
  NotFound      no such thing, or none you may see        404   final
  NotAllowed    the actor may not do this                 403   final
  WrongState    right thing, wrong moment                 409   final
  RuleBroken    the content breaks a stated rule          422   final
  Unreachable   another part did not answer in time       503   retryable

Every error carries a message key; text and remedy are looked up in the zh and en
catalogues of the area that the key begins with (`kernel.messages`).
"""

from typing import ClassVar

from zhengtong.kernel import messages

Fact = str | int

__all__ = ["Fact", "NotAllowed", "NotFound", "PlatformError", "RuleBroken", "Unreachable", "WrongState"]


class PlatformError(Exception):
    """Base of everything raised on purpose; anything else is a bug."""

    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False

    def __init__(self, key: str, /, **facts: Fact) -> None:
        super().__init__(key)
        self.key = key
        self.facts = facts

    def message(self, lang: messages.Lang = "zh") -> str:
        """What happened, naming the thing."""
        return messages.text(self.key, lang=lang, facts=self.facts)

    def remedy(self, lang: messages.Lang = "zh") -> str:
        """What to do next."""
        return messages.remedy(self.key, lang=lang, facts=self.facts)

    def __str__(self) -> str:
        return f"{self.key}: {self.message('en')} {self.remedy('en')}"


class NotFound(PlatformError):
    status = 404


class NotAllowed(PlatformError):
    status = 403


class WrongState(PlatformError):
    status = 409


class RuleBroken(PlatformError):
    status = 422


class Unreachable(PlatformError):
    status, retryable = 503, True
