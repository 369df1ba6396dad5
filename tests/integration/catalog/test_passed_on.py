"""What anybody may read: the entries open to society, in every form, and nothing else."""

import json
from pathlib import Path
from uuid import UUID

import pytest
from django.test import Client
from typer.testing import CliRunner

from tests.support.sharing_hall import Hall
from tests.support.sharing_hall import build as build_hall
from zhengtong.catalog.cli import app
from zhengtong.catalog.models import Item, Revision
from zhengtong.catalog.services import reindex
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.parties import queries as parties
from zhengtong.parties import services as party_services

pytestmark = pytest.mark.django_db
FORMS = ("jsonld", "ttl", "datajson", "xml")


@pytest.fixture
def hall(db: None, clock: FixedClock) -> Hall:
    """Five published entries; R04 is open to society and withholds one item."""
    made = build_hall(clock)
    revision = Revision.objects.get(entry=made.entries["R04"], state="published")
    Revision.objects.filter(pk=revision.pk).update(open_flag=True, open_conditions="注明来源")
    Item.objects.filter(revision=revision, code="contact_phone").update(
        share_type="W", reason="个人信息", legal_basis="个人信息保护法"
    )
    reindex()
    return made


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"accept-language": "zh-CN"})


def _signed(actor: Actor, clock: FixedClock) -> Client:
    assert actor.officer
    assert actor.organization
    account = party_services.open_account(
        login=f"u-{actor.officer}", officer=actor.officer, is_demo=True, actor=SYSTEM, clock=clock
    )
    seat = parties.seats(organization=actor.organization, officer=actor.officer, on=clock.today())[0]
    client = Client(headers={"accept-language": "zh-CN"})
    client.post("/signin/card", {"account": str(account), "seat": str(seat.id)})
    return client


def _closed(hall: Hall) -> list[UUID]:
    return [entry for short, entry in hall.entries.items() if short != "R04"]


@pytest.mark.parametrize("address", ["/open", "/data.json", *(f"/open/catalog.{form}" for form in FORMS)])
def test_a_visitor_reads_what_is_open_and_nothing_else(hall: Hall, visitor: Client, address: str) -> None:
    answer = visitor.get(address)
    assert answer.status_code == 200
    said = answer.content.decode()
    assert str(hall.entries["R04"]) in said
    assert not [entry for entry in _closed(hall) if str(entry) in said]
    assert "contact_phone" not in said


def test_an_entry_that_is_not_open_does_not_exist_for_a_visitor(hall: Hall, visitor: Client) -> None:
    assert visitor.get(f"/open/{hall.entries['R04']}").status_code == 200
    assert [visitor.get(f"/open/{entry}").status_code for entry in _closed(hall)] == [404] * 4


def test_an_address_gives_what_the_reader_accepts(hall: Hall, visitor: Client) -> None:
    address = f"/open/{hall.entries['R04']}"
    assert visitor.get(address, headers={"accept": "text/turtle"})["Content-Type"].startswith("text/turtle")
    assert visitor.get(address, headers={"accept": "application/ld+json"})["Content-Type"] == "application/ld+json"
    page = visitor.get(address, headers={"accept": "text/html,application/ld+json"})
    assert page["Content-Type"].startswith("text/html")
    assert "Accept" in page["Vary"]


def test_the_whole_catalogue_is_for_departments(hall: Hall, visitor: Client, clock: FixedClock) -> None:
    assert visitor.get("/catalog/export.jsonld").status_code == 302
    client = _signed(hall.officer("tl-market"), clock)
    told = client.get("/catalog/export.jsonld?rows=2")
    assert len(json.loads(told.content)["dcat:dataset"]) == 2
    following = told["Link"].split(">")[0].lstrip("<")
    rest = json.loads(client.get(following).content)
    assert len(rest["dcat:dataset"]) == 2
    assert client.get("/catalog/export.csvw").status_code == 404


def _action(visitor: Client, name: str, given: dict[str, object] | None = None) -> tuple[int, dict]:
    answer = visitor.post(f"/api/3/action/{name}", json.dumps(given or {}), content_type="application/json")
    return answer.status_code, json.loads(answer.content)


def test_a_program_written_for_ckan_reads_it(hall: Hall, visitor: Client) -> None:
    one = str(hall.entries["R04"])
    assert _action(visitor, "package_list")[1]["result"] == [one]
    shown = _action(visitor, "package_show", {"id": one})[1]["result"]
    assert shown["title"] == "经营主体登记基本信息"
    assert shown["organization"]["name"] == "wl-market"
    code = next(extra["value"] for extra in shown["extras"] if extra["key"] == "guide_code")
    assert _action(visitor, "package_show", {"id": code})[1]["result"]["id"] == one
    found = _action(visitor, "package_search", {"q": "经营主体", "fq": "organization:wl-market"})[1]["result"]
    assert (found["count"], [package["id"] for package in found["results"]]) == (1, [one])
    assert _action(visitor, "package_search", {"q": "不动产"})[1]["result"]["count"] == 0
    assert _action(visitor, "organization_list", {"all_fields": True})[1]["result"][0]["package_count"] == 1
    assert visitor.get("/api/3/action/status_show").json()["success"]
    assert visitor.get("/api/action/status_show").json()["result"]["site_title"] == "市政务服务和数据管理局"


@pytest.mark.parametrize(
    ("name", "given", "status"),
    [
        ("package_show", {"id": "00000000-0000-0000-0000-000000000001"}, 404),
        ("package_show", {"id": "no such code"}, 404),
        ("package_show", {}, 409),
        ("package_show", {"id": ["x"]}, 409),
        ("package_search", {"rows": "many"}, 409),
        ("package_search", {"rows": -1}, 409),
        ("package_search", {"fq": "license_id:cc"}, 409),
        ("package_create", {"title": "x"}, 400),
        ("organization_show", {"id": "wl-land"}, 404),
    ],
)
def test_a_question_that_ckan_would_refuse_is_refused_in_its_words(
    hall: Hall, visitor: Client, name: str, given: dict[str, object], status: int
) -> None:
    assert _action(visitor, name, given)[0] == status


def test_a_body_that_is_no_question_is_refused(hall: Hall, visitor: Client) -> None:
    for body in (b"[1]", b"{", b"\xff", b"[" * 20_000, b"{" + b" " * 70_000):
        answer = visitor.post("/api/3/action/package_show", body, content_type="application/json")
        assert answer.status_code == 409


def test_a_closed_entry_is_not_shown_by_any_name(hall: Hall, visitor: Client) -> None:
    for entry in _closed(hall):
        assert _action(visitor, "package_show", {"id": str(entry)})[0] == 404
        code = Revision.objects.get(entry=entry, state="published").entry.guide_code
        assert _action(visitor, "package_show", {"id": code})[0] == 404


def test_the_command_answers_sparql(hall: Hall, tmp_path: Path) -> None:
    question = 'SELECT ?t WHERE { ?d a dcat:Dataset ; dct:title ?t FILTER(lang(?t) = "zh") } ORDER BY ?t'
    told = CliRunner().invoke(app, ["sparql", question, "--json"]).output.splitlines()
    assert [json.loads(line)["t"] for line in told] == ["经营主体登记基本信息"]
    file = tmp_path / "question.rq"
    file.write_text(question, encoding="utf-8")
    every = CliRunner().invoke(app, ["sparql", str(file), "--audience", "government"]).output.splitlines()
    assert len(every) == len(hall.entries)
    refused = CliRunner().invoke(app, ["sparql", "SELECT * FROM <http://127.0.0.1:9/> WHERE { ?s ?p ?o }"])
    assert "catalog.sparql_outside" in str(refused.exception)
