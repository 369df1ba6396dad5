"""Articles, duties, breaches and sharing types as data."""

import re
from datetime import date

import pytest

from tests.support.shared_data import shared_data
from zhengtong.kernel.errors import NotFound
from zhengtong.regulations import law
from zhengtong.regulations.limits import shipped

ON = date(2026, 10, 16)
DECREE = "政务数据共享条例"


def _cited(asked: str) -> list[str]:
    return [one.article.cites() for one in law.explain(asked, on=ON)]


@pytest.mark.parametrize("asked", ["21条", "第二十一条", "809:21", "条例第二十一条", "共享条例 21", "809：二十一"])
def test_an_article_is_found_however_people_name_it(asked: str) -> None:
    assert _cited(asked) == [f"{DECREE} 第二十一条"]


def test_a_bare_number_is_looked_for_in_every_law() -> None:
    assert _cited("许可法42") == ["行政许可法 第四十二条"]
    assert len(_cited("32")) == 1
    with pytest.raises(NotFound, match="no_such_article"):
        law.explain("第九十九条", on=ON)
    with pytest.raises(NotFound):
        law.explain("许可法21", on=ON)


def test_an_article_comes_with_all_that_hangs_on_it() -> None:
    (found,) = law.explain("809:21", on=ON)
    assert [one.limit.id for one in found.limits] == ["REPLY_UNCONDITIONAL", "REPLY_CONDITIONAL"]
    assert [duty.party for duty in found.duties] == [law.Party.PROVIDER, law.Party.PROVIDER]
    (licence,) = law.explain("许可法42", on=ON)
    assert {one.limit.id for one in licence.limits} == {"LICENCE_DECISION", "JOINT_DECISION"}
    (thirty_nine,) = law.explain("39", on=ON)
    assert [one.id for one in thirty_nine.breaches] == [f"P{n}" for n in range(1, 10)]


def test_the_catch_all_of_each_article_is_left_to_people() -> None:
    catch_all = [one.id for one in law.breaches() if one.open]
    assert catch_all == ["P9", "U7", "A3"]
    assert {one.zh for one in law.breaches() if one.open} == {"违反条例的其他情形"}


def test_every_reply_limit_of_a_sharing_type_is_a_limit() -> None:
    known = {stated.limit.id for stated in shipped()}
    assert {one.reply_limit for one in law.sharing_types()} - {""} <= known
    assert [one.id for one in law.sharing_types()] == ["U", "K", "W"]


@pytest.mark.data
def test_every_article_restated_here_is_in_the_published_text() -> None:
    texts = {
        DECREE: shared_data("law/政务数据共享条例-2025.md").read_text(encoding="utf-8"),
        "行政许可法": shared_data("law/行政许可法-2019.md").read_text(encoding="utf-8"),
    }
    for article in law.articles():
        assert re.search(f"^第{law.in_characters(article.number)}条 ", texts[article.law], re.MULTILINE), (
            article.cites()
        )


@pytest.mark.data
def test_no_restatement_copies_a_sentence_of_the_law() -> None:
    published = shared_data("law/政务数据共享条例-2025.md").read_text(encoding="utf-8")
    for article in law.articles():
        for sentence in re.split("[。；]", article.zh):
            assert len(sentence) < 30 or sentence not in published, sentence


@pytest.mark.parametrize(("number", "said"), [(9, "九"), (10, "十"), (11, "十一"), (20, "二十"), (41, "四十一")])
def test_numbers_are_counted_as_articles_are(number: int, said: str) -> None:
    assert law.in_characters(number) == said
