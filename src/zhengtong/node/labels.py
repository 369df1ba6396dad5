"""Words for states, kinds and cycles (用语), by their codes; the texts stand in messages.toml without a remedy."""

from collections.abc import Mapping

from zhengtong.kernel import messages

RUN_STATES: Mapping[str, str] = {
    "open": "node.run_state_open",
    "ready": "node.run_state_ready",
    "applied": "node.run_state_applied",
    "done": "node.run_state_done",
    "closed": "node.run_state_closed",
}
KINDS: Mapping[str, str] = {"full": "node.kind_full", "increment": "node.kind_increment"}
SCHEDULE_STATES: Mapping[str, str] = {"active": "node.schedule_active", "stopped": "node.schedule_stopped"}
CYCLES: Mapping[str, str] = {
    "realtime": "node.every_realtime",
    "daily": "node.every_daily",
    "weekly": "node.every_weekly",
    "monthly": "node.every_monthly",
    "quarterly": "node.every_quarterly",
    "half_yearly": "node.every_half_yearly",
    "yearly": "node.every_yearly",
}
ALL = (RUN_STATES, KINDS, SCHEDULE_STATES, CYCLES)


def label(words: Mapping[str, str], code: str, *, lang: messages.Lang = "zh") -> str:
    """The word for a code."""
    return messages.text(words[code], lang=lang, facts={})
