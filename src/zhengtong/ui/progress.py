"""Progress of a thing (办理进度): stations from a lifecycle, and where to draw them.

Pure.  The picture is an SVG drawn by the server; beside it stands the same as an ordered list,
which is what a screen reader and a phone show.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from zhengtong.kernel.lifecycle import Lifecycle
from zhengtong.ui.values import ProgressStep, StepState

STATION_WIDTH = 132  # SVG units between two stations
STATION_TOP = 22
PICTURE_HEIGHT = 78
LABEL_CHARACTERS = 9  # longer labels are cut in the picture; the list shows them whole


@dataclass(frozen=True, slots=True)
class Station:
    """A step with its place in the picture."""

    step: ProgressStep
    number: int
    x: int
    y: int
    label_y: int
    date_y: int
    line_from: int | None  # x where the line from the station before ends
    label: str


@dataclass(frozen=True, slots=True)
class Picture:
    stations: tuple[Station, ...]
    width: int
    height: int


def picture(steps: Sequence[ProgressStep]) -> Picture:
    """Places for the steps on one line, left to right."""
    half = STATION_WIDTH // 2
    stations = tuple(
        Station(
            step=step,
            number=index + 1,
            x=half + index * STATION_WIDTH,
            y=STATION_TOP,
            label_y=STATION_TOP + 32,
            date_y=STATION_TOP + 50,
            line_from=half + (index - 1) * STATION_WIDTH + 14 if index else None,
            label=_cut(step.label),
        )
        for index, step in enumerate(steps)
    )
    return Picture(stations=stations, width=max(1, len(steps)) * STATION_WIDTH, height=PICTURE_HEIGHT)


def _cut(label: str) -> str:
    wide = sum(1 if ord(c) > 0x2E7F else 0.55 for c in label)
    if wide <= LABEL_CHARACTERS:
        return label
    return label[: LABEL_CHARACTERS - 1 if wide > len(label) * 0.8 else 14].rstrip() + "…"


def from_lifecycle(
    lifecycle: Lifecycle,
    *,
    path: Sequence[StrEnum],
    current: StrEnum,
    labels: Mapping[str, str],
    dates: Mapping[str, date] | None = None,
) -> tuple[ProgressStep, ...]:
    """The stations of one thing along the path it takes through its lifecycle.

    `path` names states in order and contains `current`; a final `current` counts as done.
    The article shown at a station is that of the step which leads to it.
    """
    when = dates or {}
    here = list(path).index(current)
    closed = lifecycle.is_final(current)
    return tuple(
        ProgressStep(
            label=labels[state],
            state=_standing(index, here=here, closed=closed),
            on=when.get(state) if index <= here else None,  # a step taken back is still to do
            article=_article(lifecycle, state, before=path[index - 1] if index else None),
        )
        for index, state in enumerate(path)
    )


def _standing(index: int, *, here: int, closed: bool) -> StepState:
    if index < here or (index == here and closed):
        return StepState.DONE
    return StepState.NOW if index == here else StepState.TODO


def _article(lifecycle: Lifecycle, state: StrEnum, *, before: StrEnum | None) -> str:
    return next((s.cites for s in lifecycle.steps if s.target == state and s.source == before), "")
