"""Every house rule is broken here on purpose, in a small tree, and refuses it by name."""

import textwrap
from pathlib import Path

import pytest

from tests.support.house import rows, shape, words
from tools import locks, translations, vendor


def tree(folder: Path, files: dict[str, str]) -> Path:
    """Write a small source tree."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    return folder


LONG_FUNCTION = "def run() -> None:\n" + "    print()\n" * 60
SHAPES = [
    (shape.long_files, {"catalog/rules.py": "x = 1\n" * 501}, "catalog/rules.py: 501 lines"),
    (shape.long_functions, {"catalog/rules.py": LONG_FUNCTION}, "catalog/rules.py:1 run: 61 lines"),
    (shape.misplaced_async, {"sharing/services.py": "async def f() -> None: ..."}, "sharing/services.py:1 async def f"),
    (shape.forbidden_names, {"sharing/utils.py": ""}, "sharing/utils.py"),
    (shape.forbidden_names, {"sharing/common/__init__.py": ""}, "sharing/common/__init__.py"),
    (shape.pinyin, {"sharing/rules.py": "shenqing_count = 1"}, "sharing/rules.py:1 shenqing_count"),
    (shape.pinyin, {"sharing/rules.py": "class MuluEntry: ..."}, "sharing/rules.py:1 MuluEntry"),
    (shape.silent_modules, {"sharing/rules.py": "x = 1"}, "sharing/rules.py"),
    (
        shape.silent_use_cases,
        {"sharing/services/replies.py": "def refuse(): ..."},
        "sharing/services/replies.py:1 refuse",
    ),
    (shape.unusual_files, {"sharing/rules.py": ""}, "sharing: models is missing"),
    (shape.unusual_files, {"sharing/signals.py": ""}, "sharing: signals is no usual file"),
    (shape.crowded_inits, {"sharing/__init__.py": '"""Why."""\nimport os\n'}, "sharing/__init__.py"),
    (shape.kernel_beyond_stdlib, {"kernel/clock.py": "import msgspec"}, "kernel/clock.py:1 msgspec"),
    (shape.wire_with_io, {"wire/ledger.py": "import asyncio"}, "wire/ledger.py:1 asyncio"),
]


@pytest.mark.parametrize(
    ("check", "files", "fault"), SHAPES, ids=[f"{c.__name__}-{i}" for i, (c, _, _) in enumerate(SHAPES)]
)
def test_a_bad_shape_is_named(tmp_path: Path, check, files, fault) -> None:
    assert fault in check(tree(tmp_path, files))


def test_async_in_the_node_and_the_gate_is_lawful(tmp_path: Path) -> None:
    files = {"node/gateway.py": "async def f(): ...", "config/gate.py": "async def g(): ..."}
    assert shape.misplaced_async(tree(tmp_path, files)) == []


MODEL = "from django.db import models\nclass Entry(models.Model): ...\n"


def test_a_door_that_imports_rows_is_named(tmp_path: Path) -> None:
    files = {
        "catalog/views.py": "from zhengtong.catalog.models import Entry",
        "portal/home.py": "from django.apps import apps",
    }
    assert rows.doors_with_rows(tree(tmp_path, files))[0].startswith("catalog/views.py:1")
    assert any(fault.startswith("portal/home.py:1") for fault in rows.doors_with_rows(tmp_path))


@pytest.mark.parametrize("returned", ["Entry", "list[Entry]", "QuerySet[Entry]", "'Entry | None'", "models.Entry"])
def test_a_query_that_hands_out_rows_is_named(tmp_path: Path, returned: str) -> None:
    files = {"catalog/models.py": MODEL, "catalog/queries.py": f"def entry() -> {returned}: ..."}
    assert rows.rows_handed_out(tree(tmp_path, files)) == [f"catalog/queries.py:1 entry returns {returned}"]


def test_a_query_that_does_not_say_what_it_returns_is_named(tmp_path: Path) -> None:
    assert rows.rows_handed_out(tree(tmp_path, {"catalog/queries.py": "def entry(): ..."})) != []


def test_a_template_that_reaches_into_the_database_is_named(tmp_path: Path) -> None:
    page = "{% for r in page.entry.items_set.all %}{{ r.name }}{% endfor %}{{ page.all_rows }}"
    assert len(rows.templates_with_rows(tree(tmp_path, {"catalog/templates/catalog/a.html": page}))) == 1


def test_an_area_without_its_protection_contract_is_named(tmp_path: Path) -> None:
    folder = tree(tmp_path, {"catalog/models.py": MODEL, "sharing/models.py": MODEL})
    kept = {
        "type": "protected",
        "protected_modules": ["zhengtong.sharing.models"],
        "allowed_importers": ["zhengtong.sharing"],
    }
    assert rows.areas_without_contract(folder, [kept]) == ["catalog"]
    assert rows.areas_without_contract(folder, [{**kept, "ignore_imports": ["a -> b"]}]) == ["catalog", "sharing"]


@pytest.mark.parametrize(
    ("target", "fault"),
    [
        ("'sharing.Grant'", "points up to sharing.Grant"),
        ("models.Grant", "points to models.Grant, not to a string"),
        ("'Entry'", ""),
    ],
)
def test_a_foreign_key_that_points_up_is_named(tmp_path: Path, target: str, fault: str) -> None:
    folder = tree(tmp_path, {"catalog/models.py": f"x = models.ForeignKey({target})"})
    assert rows.upward_foreign_keys(folder, ["catalog", "sharing"]) == (
        [f"catalog/models.py:1 {fault}"] if fault else []
    )


MESSAGES = """
[one]
zh = "有 {n} 件"
en = "There are {m}."
[two]
zh = "只有中文"
[three]
zh = "三"
en = "Three."
remedy_zh = "再试"
[four]
zh = "四"
en = "Four."
"""


def test_an_incomplete_message_is_named(tmp_path: Path) -> None:
    found = words.incomplete_messages(tree(tmp_path, {"sharing/messages.toml": MESSAGES}))
    assert "sharing.one: zh and en name different facts" in found
    assert "sharing.two has no en" in found
    assert "sharing.three has its remedy in one language only" in found


def test_a_key_without_message_or_remedy_is_named(tmp_path: Path) -> None:
    code = """
    class TooLate(RuleBroken): ...
    raise RuleBroken("sharing.nowhere", number=1)
    raise TooLate("sharing.four")
    """
    found = words.keys_without_message(tree(tmp_path, {"sharing/messages.toml": MESSAGES, "sharing/rules.py": code}))
    assert found == [
        "sharing/rules.py:3 sharing.nowhere is in no catalogue",
        "sharing/rules.py:4 sharing.four is raised and has no remedy",
    ]


def test_a_page_text_without_english_is_named(tmp_path: Path) -> None:
    page = """
    {% load i18n %}{% translate "首页" %}
        {% if x %}
            <b>{% translate "目录" %}</b>
      {% endif %}
      {% blocktranslate trimmed count n=rows %}
        有 {{ n }} 条
      {% plural %}
        有 {{ n }} 条
      {% endblocktranslate %}
    """
    code = "from django.utils.translation import gettext_lazy as _\nTITLE = _('共享')\n"
    po = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "首页"\nmsgstr "Home"\n'
    folder = tree(tmp_path, {"ui/templates/ui/a.html": page, "ui/b.py": code, f"ui/{translations.PO}": po})
    assert [m.text for m in translations.missing(folder)] == ["共享", "目录", "有 %(n)s 条"]
    assert translations.compile_all(folder) == 1
    assert translations.compile_all(folder) == 0


def test_a_glossary_name_that_is_gone_is_named(tmp_path: Path) -> None:
    folder = tree(tmp_path, {"sharing/rules.py": "class Grant:\n    days: int = 1\n", "sharing/models.py": ""})
    row = "| 共享许可 | grant | `{}` | 条例 |\n"
    assert words.unknown_names(folder, row.format("sharing.rules:Grant")) == []
    assert words.unknown_names(folder, row.format("sharing.rules:Grant.days")) == []
    assert words.unknown_names(folder, row.format("sharing.rules:Permit")) == ["共享许可 grant: sharing.rules:Permit"]
    assert words.areas_without_terms(folder, "", ("sharing",)) == ["sharing"]


def test_a_stored_noun_without_a_word_is_named(tmp_path: Path) -> None:
    folder = tree(tmp_path, {"catalog/models.py": MODEL})
    assert words.nouns_without_term(folder, "") == ["catalog.models:Entry"]
    assert words.nouns_without_term(folder, "| 条目 | entry | `catalog.models:Entry` | 条例 |\n") == []


def test_a_lock_that_names_a_host_or_lacks_a_hash_is_named() -> None:
    assert locks.faults("--index-url https://example.org/simple\n") == [
        "line 1 names a host: --index-url https://example.org/simple"
    ]
    assert locks.faults("attrs==26.1.0\nbabel==2.18.0 \\\n    --hash=sha256:00\n") == ["attrs has no hash"]


def test_a_package_that_is_asked_for_and_not_locked_is_named() -> None:
    project = """
    dependency-groups = {}
    [project]
    dependencies = ["attrs>=2"]
    optional-dependencies = {node = ["psycopg[binary]>=3"]}
    """
    assert locks.unlocked(project, "attrs==26.1.0") == ["psycopg"]


def test_a_vendored_file_that_differs_from_its_manifest_is_named(tmp_path: Path) -> None:
    manifest = '[[package]]\nname = "x"\n[package.files]\n"x/1/x.js" = "00"\n"x/1/gone.js" = "00"\n'
    folder = tree(tmp_path, {vendor.MANIFEST: manifest, "x/1/x.js": "1", "x/1/more.js": "2"})
    assert vendor.differences(folder) == ["x/1/gone.js", "x/1/more.js", "x/1/x.js"]
