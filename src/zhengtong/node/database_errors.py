"""What a department's database said when it failed (数据库错误), fit for a log, a ledger and the other side."""

_REASON_CHARS = 200
_OF_VALUES = ("22", "23", "P0")  # classes of SQLSTATE whose texts repeat what stood in a row, or was asked for


def reason_of(error: Exception) -> str:
    """One line; an error about a value by its name alone: its text would carry the value past every rule on items."""
    state = str(getattr(error, "sqlstate", None) or "")
    if state.startswith(_OF_VALUES):
        return f"{type(error).__name__} {state}"
    return (str(error).splitlines() or [type(error).__name__])[0][:_REASON_CHARS]
