"""Every key that sharing says has its words in both languages."""

import re
from pathlib import Path

import zhengtong.sharing
from zhengtong.kernel.messages import catalogue

PACKAGE = Path(zhengtong.sharing.__file__).parent
KEY = re.compile(r'"sharing\.([a-z_]+)"')


def test_every_key_used_is_in_the_catalogue_and_the_other_way_round() -> None:
    sources = [source for source in PACKAGE.rglob("*.py") if source.parent.name != "migrations"]
    used = {key for source in sources for key in KEY.findall(source.read_text(encoding="utf-8"))}
    assert used == set(catalogue("sharing"))


def test_every_error_says_what_to_do_in_both_languages() -> None:
    for key, words in catalogue("sharing").items():
        wanted = {"zh", "en"} if key.startswith("missing_") else {"zh", "en", "remedy_zh", "remedy_en"}
        assert {name for name, text in words.items() if text} == wanted, key
