"""The tables that `make docs` prints per article: enough of them, and each of an article the program knows."""

from pathlib import Path

from tools.pages import rules

CASES_MIN = 60


def test_the_articles_have_at_least_sixty_cases() -> None:
    shown = rules.page().partition("## 政务数据共享条例")[2]
    rows = [line for line in shown.splitlines() if line.startswith("| ")]
    assert len(rows) >= CASES_MIN


def test_every_spec_table_names_its_article() -> None:
    folder = Path(rules.SPEC)
    tables = [path for path in folder.rglob("test_article*.py") if path.name != "test_articles.py"]
    assert tables
    assert all("ARTICLE" in path.read_text(encoding="utf-8") for path in tables)
