"""Nothing is said in one language only, and the glossary's words are the code's words."""

from tests.support.house import words
from tests.support.house.shape import DOMAIN_AREAS
from tests.support.house.tree import ROOT, SOURCE
from tools import translations
from tools.pages.faults import NOTHING_RAISED, faults

GLOSSARY = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
NAMED_AREAS = ("kernel", "regulations", "wire", "node", "journal", *DOMAIN_AREAS)


def test_every_page_text_has_its_english() -> None:
    assert [f"{m.place}: {m.text}" for m in translations.missing(SOURCE)] == []


def test_every_message_has_both_languages_and_the_same_facts() -> None:
    assert words.incomplete_messages(SOURCE) == []


def test_every_message_key_in_the_code_exists_and_errors_have_a_remedy() -> None:
    assert words.keys_without_message(SOURCE) == []


def test_every_name_in_the_glossary_exists_in_the_code() -> None:
    assert len(words.terms(GLOSSARY)) >= 40
    assert words.unknown_names(SOURCE, GLOSSARY) == []


def test_every_area_has_a_word_in_the_glossary() -> None:
    assert words.areas_without_terms(SOURCE, GLOSSARY, NAMED_AREAS) == []


def test_every_stored_noun_is_in_the_glossary() -> None:
    assert words.nouns_without_term(SOURCE, GLOSSARY) == []


def test_every_provoked_fault_has_its_message_and_remedy() -> None:
    known = words.catalogues(SOURCE) | {NOTHING_RAISED: {"remedy_en": "none is needed"}}
    assert [f"{f.test}: {f.key}" for f in faults() if not known.get(f.key, {}).get("remedy_en")] == []
