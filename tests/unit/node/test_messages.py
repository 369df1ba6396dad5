"""Every key the node or wire can show has its texts in both languages, with a remedy."""

import re
from pathlib import Path

import zhengtong.node as node
from zhengtong.kernel.messages import LANGS, catalogue
from zhengtong.node import labels

KEY = re.compile(r'"node\.([a-z_]+)"')
LABELS = {key.removeprefix("node.") for words in labels.ALL for key in words.values()}
NOT_KEYS = {"toml", "db"}


def test_every_key_used_is_in_the_catalogue_and_every_text_is_used() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in Path(node.__file__).parent.rglob("*.py"))
    used = set(KEY.findall(source)) - NOT_KEYS
    held = set(catalogue("node"))
    assert used == held


def test_every_text_says_what_to_do_in_both_languages() -> None:
    for key, entry in catalogue("node").items():
        for lang in LANGS:
            assert entry[lang], key
            assert key in LABELS or entry[f"remedy_{lang}"], key
