"""Every key that sharing says has its words in both languages."""

import re
from pathlib import Path

import zhengtong.sharing
from zhengtong.kernel.messages import catalogue

PACKAGE = Path(zhengtong.sharing.__file__).parent
KEY = re.compile(r'"sharing\.([a-z_]+)"')


def test_every_key_used_is_in_the_catalogue_and_the_other_way_round() -> None:
    used = {key for source in PACKAGE.rglob("*.py") for key in KEY.findall(source.read_text(encoding="utf-8"))}
    assert used == set(catalogue("sharing"))


def test_every_error_says_what_to_do_in_both_languages() -> None:
    for key, words in catalogue("sharing").items():
        assert words["zh"] and words["en"], key
        if not key.startswith("missing_"):
            assert words["remedy_zh"] and words["remedy_en"], key
