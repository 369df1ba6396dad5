"""The local ceiling (本地上限): what a department lets leave at most, whoever signed the grant.

It is set on the provider's own node when a source is bound, and never travels.  A grant
beyond it is refused with the finding that names the field, mask, measure or purpose.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from zhengtong.kernel import messages
from zhengtong.kernel.errors import Fact
from zhengtong.wire.canonical import Json
from zhengtong.wire.grant import FIELDS_MAX, USES_MAX, Grant
from zhengtong.wire.masks import Mask
from zhengtong.wire.shapes import Shape

__all__ = ["Accept", "Ceiling", "Finding", "ceiling_from_json", "ceiling_to_json", "exceeds"]


class Accept(StrEnum):
    """Whether a grant within the ceiling takes effect by itself (生效方式)."""

    AUTOMATIC = "automatic"  # 自动生效
    CONFIRM = "confirm"  # 本机确认后生效


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """What may ever leave of one resource (本地上限).

    `fields`: what may be given, each with the mask that must be on it (None: may leave plain).
    `max_rows_per_day` None: no bound; `purposes` None: any purpose.
    """

    resource: str
    fields: Mapping[str, Mask | None]
    verify_fields: frozenset[str] = frozenset()
    max_rows_per_day: int | None = None
    purposes: frozenset[str] | None = None
    accept: Accept = Accept.CONFIRM


@dataclass(frozen=True, slots=True)
class Finding:
    """One way in which a grant goes beyond the ceiling (超出项)."""

    key: str
    facts: dict[str, Fact] = field(default_factory=dict[str, Fact])

    def message(self, lang: messages.Lang = "zh") -> str:
        """What goes beyond."""
        return messages.text(self.key, lang=lang, facts=self.facts)

    def remedy(self, lang: messages.Lang = "zh") -> str:
        """What to do next."""
        return messages.remedy(self.key, lang=lang, facts=self.facts)


_AS_STRICT: Mapping[Mask, frozenset[Mask]] = {  # what also satisfies a demanded mask
    Mask.CITIZEN_ID: frozenset({Mask.CITIZEN_ID_PUBLIC}),
    Mask.NAME: frozenset({Mask.NAME_PUBLIC}),
    Mask.PHONE: frozenset({Mask.PHONE_PUBLIC}),
    Mask.ADDRESS: frozenset({Mask.ADDRESS_COUNTY}),
}


def exceeds(grant: Grant, ceiling: Ceiling) -> list[Finding]:
    """Every way in which a grant goes beyond a ceiling (超出上限之处); none: it is within."""
    found: list[Finding] = []
    if grant.resource != ceiling.resource:
        return [Finding("wire.ceiling_resource", {"number": grant.number, "resource": grant.resource})]
    for granted in grant.fields:
        title = granted.title or granted.name
        if granted.name not in ceiling.fields:
            found.append(Finding("wire.ceiling_field", {"number": grant.number, "field": title}))
            continue
        demanded = ceiling.fields[granted.name]
        if not _satisfies(granted.mask, demanded):
            facts: dict[str, Fact] = {
                "number": grant.number,
                "field": title,
                "mask": demanded.value if demanded else "",
            }
            found.append(Finding("wire.ceiling_mask", facts))
    for compared in grant.verify_fields:
        if compared.name not in ceiling.verify_fields and ceiling.fields.get(compared.name, Mask.NULL) is not None:
            facts = {"number": grant.number, "field": compared.title or compared.name}
            found.append(Finding("wire.ceiling_verify_field", facts))
    return found + _measure_and_purpose(grant, ceiling)


def _satisfies(mask: Mask | None, demanded: Mask | None) -> bool:
    if demanded is None or mask is demanded or mask is Mask.NULL or mask is Mask.PSEUDONYM:
        return True
    return mask is not None and mask in _AS_STRICT.get(demanded, frozenset())


def _measure_and_purpose(grant: Grant, ceiling: Ceiling) -> list[Finding]:
    found: list[Finding] = []
    bound, asked = ceiling.max_rows_per_day, grant.limits.rows_per_day
    if bound is not None and (asked is None or asked > bound):
        facts: dict[str, Fact] = {"number": grant.number, "limit": bound, "asked": asked if asked is not None else "-"}
        found.append(Finding("wire.ceiling_rows", facts))
    if ceiling.purposes is not None:
        found.extend(
            Finding("wire.ceiling_purpose", {"number": grant.number, "purpose": purpose})
            for purpose in dict.fromkeys(use.purpose for use in grant.uses)
            if purpose not in ceiling.purposes
        )
    return found


def ceiling_to_json(ceiling: Ceiling) -> dict[str, Json]:
    """The ceiling as a value for the node's own store."""
    fields: list[Json] = [{"name": name, "mask": mask.value if mask else None} for name, mask in ceiling.fields.items()]
    return {
        "resource": ceiling.resource,
        "fields": fields,
        "verify_fields": [*sorted(ceiling.verify_fields)],
        "max_rows_per_day": ceiling.max_rows_per_day,
        "purposes": None if ceiling.purposes is None else [*sorted(ceiling.purposes)],
        "accept": ceiling.accept.value,
    }


def ceiling_from_json(value: Json) -> Ceiling:
    """The ceiling of a value."""
    shape = Shape(value, thing="ceiling")
    fields: dict[str, Mask | None] = {}
    for part in shape.each("fields", most=FIELDS_MAX):
        fields[part.text("name", least=1)] = part.choice_or_none("mask", Mask)
        part.done()
    asked = shape.take("purposes")
    purposes = None if asked is None else Shape({"purposes": asked}, thing="ceiling").texts("purposes", most=USES_MAX)
    built = Ceiling(
        resource=shape.text("resource", least=1),
        fields=fields,
        verify_fields=frozenset(shape.texts("verify_fields", most=FIELDS_MAX)),
        max_rows_per_day=shape.number_or_none("max_rows_per_day"),
        purposes=None if purposes is None else frozenset(purposes),
        accept=shape.choice("accept", Accept),
    )
    shape.done()
    return built
