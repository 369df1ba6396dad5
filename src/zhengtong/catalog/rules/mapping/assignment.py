"""The best one-to-one choice (最优指派): shortest augmenting paths over a table of gains."""

from collections.abc import Sequence


def best_assignment(gains: Sequence[Sequence[float]]) -> list[int]:
    """Row → column with the greatest sum of gains; every row gets one.  Needs at least as many columns as rows."""
    if not gains:
        return []
    height, width = len(gains), len(gains[0])
    if width < height:
        raise ValueError("fewer columns than rows")
    of_row, of_column, owner = [0.0] * (height + 1), [0.0] * (width + 1), [0] * (width + 1)
    for row in range(1, height + 1):
        _augment(gains, row, (of_row, of_column, owner))
    found = [0] * height
    for column in range(1, width + 1):
        if owner[column]:
            found[owner[column] - 1] = column - 1
    return found


def _augment(gains: Sequence[Sequence[float]], row: int, state: tuple[list[float], list[float], list[int]]) -> None:
    """Give one more row its column, moving others along the cheapest path."""
    of_row, of_column, owner = state
    width = len(of_column) - 1
    least, came, seen = [float("inf")] * (width + 1), [0] * (width + 1), [False] * (width + 1)
    owner[0], now = row, 0
    while owner[now]:
        seen[now], at, step, following = True, owner[now], float("inf"), 0
        for column in range(1, width + 1):
            if seen[column]:
                continue
            cost = -gains[at - 1][column - 1] - of_row[at] - of_column[column]
            if cost < least[column]:
                least[column], came[column] = cost, now
            if least[column] < step:
                step, following = least[column], column
        for column in range(width + 1):
            if seen[column]:
                of_row[owner[column]] += step
                of_column[column] -= step
            else:
                least[column] -= step
        now = following
    while now:
        owner[now], now = owner[came[now]], came[now]
