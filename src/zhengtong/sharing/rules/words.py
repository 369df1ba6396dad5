"""Names in both languages (名称): one dataclass, so that no table of names forgets a language."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """A name in Chinese and English."""

    zh: str
    en: str


FIELD_WORDS: dict[str, Words] = {
    "legal_basis": Words("使用依据", "legal basis"),
    "scenario": Words("使用场景", "scenario"),
    "scope": Words("使用范围", "scope of use"),
    "modes": Words("共享方式", "mode of sharing"),
    "period": Words("使用时限", "period of use"),
    "purpose": Words("使用用途", "purpose"),
    "items": Words("信息项", "items"),
    "uses": Words("使用系统和事项", "systems and matters"),
}


def fields_zh(fields: list[str]) -> str:
    """Field names for a Chinese sentence."""
    return "、".join(FIELD_WORDS[field].zh for field in fields)


def fields_en(fields: list[str]) -> str:
    """Field names for an English sentence."""
    return ", ".join(FIELD_WORDS[field].en for field in fields)
