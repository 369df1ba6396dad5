"""Which column is which field (列映射): words and values weighed, one column a field, or none.

A heading that says nothing (列1) leaves it to the values; one that speaks of something else
(版本号) is not overruled by values that happen to look right.  What a person decided before
about a column of the same heading and the same look of values counts as certain.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zhengtong.catalog.rules.mapping.assignment import best_assignment
from zhengtong.catalog.rules.mapping.fields import FIELDS, PROFILE_FIELDS
from zhengtong.catalog.rules.mapping.shapes import DISTINCT, DOUBT, Shape, shape_of, values_say
from zhengtong.catalog.rules.mapping.words import is_opaque, normalized, words_say

THRESHOLD = 0.5  # below it a column has no field
SURE = 0.8  # below it a person is asked
OPAQUE_WEIGHT = 0.85  # of the values, where the heading says nothing
FOREIGN_WEIGHT = 0.55  # of distinctive values, where the heading speaks of something that is no field
AMONG_LISTINGS = 0.75  # of a field of the profile alone, in a listing without items or sharing terms
TELLS_APART = 0.2  # between two fields, for words to decide
_GUIDE_MARKS = frozenset({"item_name", "share_type", "guide_code", "guide_prefix", "item_data_type", "item_share_type"})


@dataclass(frozen=True, slots=True)
class Guess:
    """What one column is taken for (映射猜测)."""

    source: str
    field: str | None
    confidence: float
    hidden: bool = False
    decided: bool = False  # by a person, now or before

    @property
    def unsure(self) -> bool:
        """Whether a person should look at it."""
        return not self.hidden and not self.decided and self.field is not None and self.confidence < SURE


def guess_columns(
    sources: Sequence[tuple[str, bool]],
    values: Sequence[Sequence[str]],
    *,
    decided: Mapping[int, str | None] | None = None,
    remembered: Mapping[str, str | None] | None = None,
) -> tuple[Guess, ...]:
    """A guess for every column (列映射).

    Args:
        sources: heading and whether it is hidden, for each column.
        values: the column's values, from top to bottom; a sample of them is looked at.
        decided: position → field, as a person says now.
        remembered: `signature_of` a column → field, as a person said before.
    """
    shapes = [shape_of(column) for column in values]
    fixed: dict[int, str | None] = {}
    for n, (source, hidden) in enumerate(sources):
        signature = signature_of(source, shapes[n])
        if decided is not None and n in decided:
            fixed[n] = decided[n]
        elif not hidden and remembered and signature in remembered:
            fixed[n] = remembered[signature]
    fixed = _once(fixed)
    held = {field for field in fixed.values() if field}
    free = [n for n, (_, hidden) in enumerate(sources) if n not in fixed and not hidden]
    scores = {n: _scores(sources[n][0], shapes[n]) for n in free}
    guide = _is_guide(scores, held)
    chosen = _chosen({n: _in_context(s, guide=guide) for n, s in scores.items()}, [f for f in FIELDS if f not in held])
    chosen = _later_date_is_the_update(chosen, sources, shapes)
    chosen = _some_title(chosen, held, sources, shapes)
    found = []
    for n, (source, hidden) in enumerate(sources):
        if n in fixed:
            found.append(Guess(source, fixed[n], 1.0, hidden=hidden, decided=True))
        else:
            field, confidence = chosen.get(n, (None, 0.0))
            found.append(Guess(source, field, round(confidence, 3), hidden=hidden))
    return tuple(found)


def signature_of(source: str, shape: Shape) -> str:
    """The heading's words and the look of the values: what a decision is remembered by (列特征)."""
    look = max(values_say(shape).items(), key=lambda one: one[1], default=("", 0.0))
    kind = look[0] if look[1] >= 0.7 and look[0] in DISTINCT else "text"
    kind = "date" if kind in ("update_time", "publish_time") else kind
    return f"{normalized(source)[:100]}|{kind if shape.known else 'empty'}"


def _once(fixed: Mapping[int, str | None]) -> dict[int, str | None]:
    """Each field once: of two columns decided alike, the first."""
    seen: set[str] = set()
    found: dict[int, str | None] = {}
    for n, field in fixed.items():
        if field and field in seen:
            continue
        seen |= {field} if field else set()
        found[n] = field
    return found


def _scores(source: str, shape: Shape) -> dict[str, float]:
    """Field → how likely this column is it, by words and values together."""
    words, values = words_say(source), values_say(shape)
    found: dict[str, float] = {}
    for field, weight in words.items():
        if not shape.known or field not in DOUBT:
            found[field] = weight * (0.95 if shape.known else 0.9)
            continue
        fit = min(1.0, values.get(field, 0.0) * 1.4)
        found[field] = weight * (DOUBT[field] + (1 - DOUBT[field]) * fit)
    strongest = max(words.values(), default=0.0)
    opaque = is_opaque(source)
    if strongest < THRESHOLD:
        for field, fit in values.items():
            weight = OPAQUE_WEIGHT if opaque else FOREIGN_WEIGHT if field in DISTINCT else 0.35
            found[field] = max(found.get(field, 0.0), weight * fit)
    if shape.known and shape.filled < 0.02 and strongest < 0.9:
        found = {field: 0.7 * weight for field, weight in found.items()}
    return found


def _is_guide(scores: Mapping[int, Mapping[str, float]], held: set[str]) -> bool:
    """Whether the file is of the national guide's form: it speaks of items, sharing types or codes."""
    said = {field for found in scores.values() for field, weight in found.items() if weight >= SURE}
    return len((said | held) & _GUIDE_MARKS) >= 2


def _in_context(scores: Mapping[str, float], *, guide: bool) -> dict[str, float]:
    if guide:
        return dict(scores)
    weak = {f for f in PROFILE_FIELDS if scores.get(f, 0.0) < 0.97}
    return {field: weight * (AMONG_LISTINGS if field in weak else 1) for field, weight in scores.items()}


def _chosen(scores: Mapping[int, Mapping[str, float]], fields: Sequence[str]) -> dict[int, tuple[str, float]]:
    """The best one-to-one choice; a column may go without, which gains as much as the threshold."""
    positions = list(scores)
    gains = [[scores[n].get(f, 0.0) for f in fields] + [THRESHOLD - 0.001] * len(positions) for n in positions]
    found: dict[int, tuple[str, float]] = {}
    for n, at in zip(positions, best_assignment(gains), strict=True):
        if at < len(fields) and scores[n].get(fields[at], 0.0) >= THRESHOLD:
            found[n] = (fields[at], scores[n][fields[at]])
    return found


def _later_date_is_the_update(
    chosen: dict[int, tuple[str, float]], sources: Sequence[tuple[str, bool]], shapes: Sequence[Shape]
) -> dict[int, tuple[str, float]]:
    """Of two date columns whose headings do not tell them apart, the later is the update."""
    by_field = {field: n for n, (field, _) in chosen.items()}
    if not {"update_time", "publish_time"} <= by_field.keys():
        return chosen
    update, publish = by_field["update_time"], by_field["publish_time"]
    said = [words_say(sources[n][0]) for n in (update, publish)]
    told = any(abs(w.get("update_time", 0) - w.get("publish_time", 0)) > TELLS_APART for w in said)
    if told or shapes[update].day >= shapes[publish].day:
        return chosen
    swapped = dict(chosen)
    swapped[update], swapped[publish] = ("publish_time", chosen[update][1]), ("update_time", chosen[publish][1])
    return swapped


def _some_title(
    chosen: dict[int, tuple[str, float]], held: set[str], sources: Sequence[tuple[str, bool]], shapes: Sequence[Shape]
) -> dict[int, tuple[str, float]]:
    """Among columns whose headings say nothing one is the name: the most telling of those that are texts."""
    if "title" in held or any(field == "title" for field, _ in chosen.values()):
        return chosen
    free = [n for n, (source, hidden) in enumerate(sources) if not hidden and is_opaque(source)]
    free = [n for n in free if n not in chosen or chosen[n][0] in ("description", "tags")]
    best = max(free, key=lambda n: shapes[n].likeness_of_a_name(), default=None)
    if best is None or shapes[best].likeness_of_a_name() < THRESHOLD:
        return chosen
    return {**chosen, best: ("title", THRESHOLD)}
