"""The way of a thing is drawn from its lifecycle."""

from datetime import date
from enum import StrEnum

from zhengtong.kernel.lifecycle import Lifecycle, Step
from zhengtong.ui.progress import STATION_WIDTH, from_lifecycle, picture
from zhengtong.ui.values import SIGNS, ProgressStep, StepState, Tone


class Stage(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    DONE = "done"


LIFE = Lifecycle(
    name="thing",
    start=Stage.DRAFT,
    steps=(
        Step("send", Stage.DRAFT, Stage.SENT, by=frozenset({"a"}), cites="第二十条"),
        Step("finish", Stage.SENT, Stage.DONE, by=frozenset({"b"}), cites="第二十一条"),
    ),
)
LABELS = {Stage.DRAFT: "草稿", Stage.SENT: "待答复", Stage.DONE: "已答复"}


def _steps(current: Stage) -> tuple[ProgressStep, ...]:
    return from_lifecycle(
        LIFE, path=tuple(Stage), current=current, labels=LABELS, dates={Stage.DRAFT: date(2026, 9, 1)}
    )


def test_what_lies_before_is_done_and_what_comes_is_open() -> None:
    assert [s.state for s in _steps(Stage.SENT)] == [StepState.DONE, StepState.NOW, StepState.TODO]


def test_a_final_state_counts_as_done() -> None:
    assert [s.state for s in _steps(Stage.DONE)] == [StepState.DONE] * 3


def test_a_station_names_the_article_that_leads_to_it() -> None:
    assert [s.article for s in _steps(Stage.DRAFT)] == ["", "第二十条", "第二十一条"]


def test_stations_stand_side_by_side_without_overlap() -> None:
    drawn = picture(_steps(Stage.SENT))
    gaps = {b.x - a.x for a, b in zip(drawn.stations, drawn.stations[1:], strict=False)}
    assert gaps == {STATION_WIDTH}
    assert drawn.width == 3 * STATION_WIDTH


def test_a_long_label_is_cut_in_the_picture_only() -> None:
    step = ProgressStep("市政务服务和数据管理局分管副局长同意延期", StepState.NOW)
    station = picture((step,)).stations[0]
    assert station.label.endswith("…")
    assert station.step.label == step.label


def test_every_tone_has_a_sign_of_its_own() -> None:
    assert set(SIGNS) == set(Tone)
    assert len(set(SIGNS.values())) == len(SIGNS)
