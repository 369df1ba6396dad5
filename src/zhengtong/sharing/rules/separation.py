"""Who may not be the same person (职责分离).  Pure.

Requester ≠ own approver ≠ the provider's decider; preparer of a reply ≠ its signer; where the
authority provides its own data a second approver signs.  A substitute (AB角) counts as both
persons: the one who acts and the one acted for.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import RuleBroken

# act → the earlier acts whose doer may not do it; values name people in messages.
APART: Mapping[str, tuple[str, ...]] = {
    "approve": ("draft",),
    "prepare_reply": ("draft", "approve"),
    "sign": ("draft", "approve", "prepare_reply"),
    "countersign": ("draft", "approve", "prepare_reply", "sign"),
    "agree_extension": ("ask_extension",),
    "answer_correction": ("file_correction",),
    "verify_person": ("take_person",),
}
ACT_ZH: Mapping[str, str] = {
    "draft": "填写申请",
    "approve": "同意申请",
    "prepare_reply": "拟写答复",
    "sign": "签发答复",
    "countersign": "复核签发",
    "ask_extension": "报请延长",
    "agree_extension": "同意延长",
    "file_correction": "提出校核",
    "answer_correction": "核实并反馈",
    "take_person": "登记更正请求",
    "verify_person": "核实更正请求",
}
ACT_EN: Mapping[str, str] = {
    "draft": "draft the request",
    "approve": "approve the request",
    "prepare_reply": "prepare the reply",
    "sign": "sign the reply",
    "countersign": "countersign the reply",
    "ask_extension": "ask for the extension",
    "agree_extension": "agree to the extension",
    "file_correction": "file the correction",
    "answer_correction": "answer the correction",
    "take_person": "take down the request",
    "verify_person": "verify the request",
}


def persons(actor: Actor) -> frozenset[UUID]:
    """Everyone whose hand is in an act: the officer and whom the officer stands in for."""
    return frozenset(p for p in (actor.officer, actor.acting_for) if p is not None)


def check_apart(act: str, *, actor: Actor, done: Mapping[str, Iterable[UUID]]) -> None:
    """Raise RuleBroken if the actor did an act that must be another person's."""
    for earlier in APART[act]:
        if persons(actor) & set(done.get(earlier, ())):
            raise RuleBroken(
                "sharing.same_person",
                act=ACT_ZH[act],
                act_en=ACT_EN[act],
                earlier=ACT_ZH[earlier],
                earlier_en=ACT_EN[earlier],
            )
