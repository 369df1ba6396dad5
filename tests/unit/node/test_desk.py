"""People of a node and the words of its desk: links hashed, bounded, revocable; both languages complete."""

import re
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

import zhengtong.node.desk as desk_package
from tests.support.wire_city import City, make_home
from zhengtong.exchange.rules import refusals as at_center
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken
from zhengtong.node import store
from zhengtong.node.bounds import DESK_RECORDS_KEPT, ENTER_TRIES, SESSION_S, SESSIONS_A_PERSON
from zhengtong.node.desk import asking, pages, people, quarantine, records, visits, words
from zhengtong.node.desk.sign_in import Tries
from zhengtong.node.home import NodeHome

FOLDER = Path(desk_package.__file__).parent
CHINESE = re.compile(r"[一-鿿]")
SPOKEN = re.compile(r"""\b(?:t|say)\(\s*(["'])(.*?)\1""", re.DOTALL)
BETWEEN_TAGS = re.compile(r">([^<>{}]*[一-鿿][^<>{}]*)<")
TODAY = date(2026, 10, 16)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock.on(TODAY)


@pytest.fixture
def home(tmp_path: Path, clock: FixedClock) -> NodeHome:
    return make_home(tmp_path, City(clock=clock), "tl-market")


def token_of(url: str) -> str:
    return url.partition("token=")[2]


def test_a_link_opens_the_desk_until_its_day_and_only_its_digest_is_kept(home: NodeHome, clock: FixedClock) -> None:
    url = people.add(home, name="温以宁", until=TODAY, clock=clock)
    with closing(store.connect(home.database)) as db:
        assert people.by_token(db, token_of(url), now=clock.now()).name == "温以宁"
        assert token_of(url) not in "\n".join(db.iterdump())
        clock.move(timedelta(hours=15))
        with pytest.raises(NotAllowed, match="desk_link"):
            people.by_token(db, token_of(url), now=clock.now())


def test_a_removed_person_is_out_at_once_sessions_too(home: NodeHome, clock: FixedClock) -> None:
    url = people.add(home, name="温以宁", clock=clock)
    with closing(store.connect(home.database)) as db:
        person = people.by_token(db, token_of(url), now=clock.now())
        people.open_session(db, person, key="k", now=clock.now())
        assert people.session(db, "k", now=clock.now()) is not None
        assert people.remove(home, name="温以宁", clock=clock) == 1
        assert people.session(db, "k", now=clock.now()) is None
    assert [p.removed for p in people.listed(home, clock=clock)] == [True]
    with pytest.raises(NotFound, match="no_such_person"):
        people.remove(home, name="温以宁", clock=clock)


def test_a_session_ends_after_eight_hours_and_one_person_has_a_few(home: NodeHome, clock: FixedClock) -> None:
    url = people.add(home, name="温以宁", clock=clock)
    with closing(store.connect(home.database)) as db:
        person = people.by_token(db, token_of(url), now=clock.now())
        for n in range(SESSIONS_A_PERSON + 3):
            people.open_session(db, person, key=f"k{n}", now=clock.now())
            clock.move(timedelta(seconds=1))
        assert db.execute("SELECT count(*) FROM desk_session").fetchone()[0] == SESSIONS_A_PERSON
        assert people.session(db, "k0", now=clock.now()) is None
        clock.move(timedelta(seconds=SESSION_S))
        assert people.session(db, f"k{SESSIONS_A_PERSON + 2}", now=clock.now()) is None


@pytest.mark.parametrize(("name", "role", "key"), [("", "officer", "person_name"), ("温", "boss", "person_role")])
def test_a_person_has_a_name_and_a_role(home: NodeHome, clock: FixedClock, name: str, role: str, key: str) -> None:
    with pytest.raises(RuleBroken, match=key):
        people.add(home, name=name, role=role, clock=clock)


def test_guessing_links_makes_an_address_wait() -> None:
    tries = Tries()
    for _ in range(ENTER_TRIES):
        tries.check("127.0.0.1")
        tries.failed("127.0.0.1")
    with pytest.raises(NotAllowed, match="desk_tries"):
        tries.check("127.0.0.1")
    tries.check("127.0.0.2")


def test_records_of_use_are_bounded_and_paged(
    home: NodeHome, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "DESK_RECORDS_KEPT", 5)
    assert DESK_RECORDS_KEPT > 5
    with closing(store.connect(home.database)) as db:
        for n in range(8):
            records.keep(db, at=clock.now(), person="p", act=records.Act.QUERY, subject=str(n))
        first, onward = records.last(db, limit=3)
        rest, end = records.last(db, limit=3, before=onward)
    assert [line.subject for line in (*first, *rest)] == ["7", "6", "5", "4", "3"]
    assert end is None


def test_every_text_of_the_desk_has_its_english_and_every_english_its_text() -> None:
    said: set[str] = set()
    for path in FOLDER.rglob("*.html"):
        source = path.read_text(encoding="utf-8")
        said |= {text for _, text in SPOKEN.findall(source)}
        said |= set(re.findall(r'"/desk/[a-z]*", "([^"]+)"', source))
        loose = [text for text in BETWEEN_TAGS.findall(source) if text.strip("：；（） ")]
        assert loose == [], path.name
    for path in FOLDER.glob("*.py"):
        said |= {text for _, text in SPOKEN.findall(path.read_text(encoding="utf-8"))}
    said |= {"有效", "已撤销", "已暂停", "已到期", "尚未生效", "目标表没有接受", "否"}
    tables = (asking.ARTICLES, asking.MASK_TITLES, quarantine.TARGET_RULES, quarantine.STATE_TITLES)
    for table in (*tables, pages.ACT_TITLES, visits.ROLE_TITLES):
        said |= set(table.values())
    said = {text for text in said if CHINESE.search(text)}
    assert said - set(words.english()) == set()
    assert set(words.english()) - said == set()


def test_no_english_of_the_desk_is_chinese_and_facts_are_the_same() -> None:
    for chinese, english in words.english().items():
        assert english
        assert not CHINESE.search(english), chinese
        assert set(re.findall(r"{\w+}", chinese)) == set(re.findall(r"{\w+}", english)), chinese


def test_articles_are_those_of_the_center() -> None:
    assert dict(asking.ARTICLES) == at_center.REFUSAL_ARTICLES


def test_dates_are_said_as_people_say_them(clock: FixedClock) -> None:
    at = clock.now()
    assert words.day(at, "zh") == "2026年10月16日（星期五）"
    assert words.day(at, "en") == "16 Oct 2026"
    assert words.moment("2026-10-15T16:00:00.000Z", "zh") == "2026年10月16日 00:00"
    assert words.moment("", "zh") == words.NOTHING


def test_a_citizen_number_is_never_shown_whole() -> None:
    assert words.shown("990102198001010018", "zh") == "990102********0018"
    assert words.hidden("程甲") == "程*"
    assert words.shown(True, "en") == "Yes"


@pytest.mark.parametrize(
    ("path", "goes"),
    [("/desk/query?grant=1", "/desk/query?grant=1"), ("//evil/desk/", "/desk/"), ("https://evil/desk/", "/desk/"),
     ("/desk/../local", "/desk/"), ("/desk/\\evil", "/desk/"), ("/local/v1/status", "/desk/"), ("", "/desk/")],
)  # fmt: skip
def test_a_link_leads_nowhere_but_to_the_desk(path: str, goes: str) -> None:
    assert visits.inside(path) == goes
