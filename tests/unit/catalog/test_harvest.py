"""Catalogues of others read: every seeded defect for the right reason, nothing fetched, nothing that breaks."""

import json
import socket
from pathlib import Path

import pytest

from tests.support.shared_data import shared_data
from zhengtong.catalog.rules.federation import Form, Home, written
from zhengtong.catalog.rules.harvest import ForeignForm, faults, read_foreign
from zhengtong.kernel import messages
from zhengtong.standards.rules import Severity

from .test_passed_on import ENTRIES

# file (its name names the defect) → where the first fault is, and which it is
DEFECTS = {
    "empty_mandatory_string": ("description", "harvest_empty"),
    "empty_optional_string": ("license", "harvest_empty"),
    "invalid_catalog_empty": ("dataset", "harvest_nothing"),
    "invalid_catalog_publisher_type": ("publisher", "harvest_not_object"),
    "invalid_dataset_type": ("dataset", "harvest_not_list"),
    "invalid_ditribution_filenames": ("dataset[0].distribution[0].fileName", "harvest_not_text"),
    "invalid_keywords": ("dataset[1].keyword[0]", "harvest_odd_word"),
    "invalid_multiple_emails": ("dataset[0].publisher.mbox", "harvest_several_mails"),
    "invalid_publisher_mbox_format": ("publisher.mbox", "harvest_malformed_mail"),
    "invalid_themeTaxonomy": ("themeTaxonomy[1].id", "harvest_repeated_id"),
    "malformed_date": ("issued", "harvest_malformed_day"),
    "malformed_datetime": ("issued", "harvest_malformed_day"),
    "malformed_email": ("publisher.mbox", "harvest_malformed_mail"),
    "malformed_temporal": ("dataset[0].temporal", "harvest_malformed_period"),
    "malformed_uri": ("superThemeTaxonomy", "harvest_malformed_address"),
    "mismatched_downloadURL_and_format": ("dataset[0].distribution[0].format", "harvest_format_differs"),
    "missing_catalog_dataset": ("dataset", "harvest_missing"),
    "missing_catalog_description": ("description", "harvest_missing"),
    "missing_dataset": ("dataset", "harvest_missing"),
    "missing_dataset_description": ("dataset[0].description", "harvest_missing"),
    "missing_distribution_title": ("dataset[0].distribution[0].title", "harvest_missing"),
    "missing_periodicity": ("dataset[0].accrualPeriodicity", "harvest_missing"),
    "null_catalog_publisher": ("publisher", "harvest_null"),
    "null_dataset_theme": ("dataset[0].theme", "harvest_null"),
    "repeated_downloadURL": ("dataset[0].distribution[1].downloadURL", "harvest_repeated_address"),
    "several_assorted_errors": ("publisher.mbox", "harvest_malformed_mail"),
    "several_datasets_for_harvest": ("dataset[0].publisher.name", "harvest_missing"),
    "several_datasets_with_licenses": ("dataset[0].distribution[3].format", "harvest_format_differs"),
    "too_long_field_title": ("dataset[0].distribution[0].field[3].title", "harvest_too_long"),
}
ALONE = {  # files whose name promises one defect: nothing else may be found in them
    name
    for name in DEFECTS
    if not name.startswith(("several", "empty_optional", "invalid_catalog_empty", "invalid_keywords", "mismatched"))
    and "multiple" not in name
}


@pytest.mark.data
def test_every_defective_catalogue_is_in_the_table() -> None:
    here = {file.stem for file in shared_data("catalogues/argentina/defective").glob("*.json")}
    assert here == set(DEFECTS)


@pytest.mark.data
@pytest.mark.parametrize("name", sorted(DEFECTS))
def test_a_seeded_defect_is_reported_for_the_right_reason(name: str) -> None:
    document = json.loads((shared_data("catalogues/argentina/defective") / f"{name}.json").read_bytes())
    found = [(finding.field, finding.key.removeprefix("catalog.")) for finding in faults(document)]
    assert DEFECTS[name] in found
    if name in ALONE:
        assert len(found) == 1


@pytest.mark.data
@pytest.mark.parametrize("folder", ["argentina/valid", "project-open-data/samples"])
def test_a_sound_catalogue_has_no_fault_and_loses_no_dataset(folder: str) -> None:
    for file in sorted(shared_data(f"catalogues/{folder}").glob("*.json")):
        if file.name.startswith("missing"):
            continue
        read = read_foreign(file.read_bytes())
        assert (file.name, read.findings) == (file.name, ())
        identifiers = {one["identifier"] for one in json.loads(file.read_bytes())["dataset"] if "identifier" in one}
        assert identifiers <= {one.remote_id for one in read.datasets}


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "where"), [("missing-catalog", "conformsTo"), ("missing-dataset-fields", "dataset[0].title")]
)
def test_what_project_open_data_asks_for_is_missed(name: str, where: str) -> None:
    read = read_foreign((shared_data("catalogues/project-open-data/samples") / f"{name}.data.json").read_bytes())
    assert (where, "catalog.harvest_missing") in [(finding.field, finding.key) for finding in read.findings]


def _pairs() -> list[str]:
    folder = shared_data("catalogues/dcat-ap/examples-3.0.0")
    return sorted(file.stem for file in folder.glob("*.ttl"))


@pytest.mark.data
def test_turtle_and_json_ld_of_one_official_example_are_the_same_catalogue() -> None:
    folder = shared_data("catalogues/dcat-ap/examples-3.0.0")
    address = "https://semiceu.github.io/uri.semic.eu-generated/DCAT-AP/releases/3.0.0/html/examples/context.jsonld"
    contexts = {address: json.loads((folder / "context.jsonld").read_bytes())}
    same, unreadable = list[str](), list[str]()
    for name in _pairs():
        turtle = read_foreign((folder / f"{name}.ttl").read_bytes())
        linked = read_foreign((folder / f"{name}.jsonld").read_bytes(), contexts=contexts)
        assert linked.form is ForeignForm.JSONLD, (name, linked.findings)
        if turtle.form is None:
            unreadable.append(name)
            continue
        assert {one.remote_id: one.title for one in turtle.datasets} == {
            one.remote_id: one.title for one in linked.datasets
        }, name
        same.append(name)
    assert unreadable == [  # not valid Turtle in the official release
        "example-bee-population-dataset-series-api",
        "example-bee-population-dataset-series-combined",
    ]
    assert len(same) >= 12


def test_a_context_elsewhere_is_refused_and_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def dialled(*_args: object, **_named: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "getaddrinfo", dialled)
    documents: list[object] = [
        {"@context": "http://127.0.0.1:9/context.jsonld", "@graph": [{"@type": "Dataset"}]},
        {"@context": [{"a": "http://a/"}, "http://127.0.0.1:9/x"], "@graph": []},
        {"@context": {"@import": "http://127.0.0.1:9/x"}, "@graph": []},
        {"@context": {"T": {"@id": "http://a/T", "@context": "http://127.0.0.1:9/x"}}, "@graph": [{"@type": "T"}]},
        {"@context": {"T": {"@id": "http://a/T", "@context": ["http://127.0.0.1:9/x"]}}, "@graph": [{"@type": "T"}]},
        {"@graph": [{"@context": "http://127.0.0.1:9/x", "@type": "Dataset"}]},
    ]
    for document in documents:
        read = read_foreign(json.dumps(document).encode())
        assert read.datasets == ()
        assert [finding.key for finding in read.findings][:1] == ["catalog.harvest_context_elsewhere"], document


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe", b"{", b"[]", b"[1, 2]", b"[" * 100_000, b'{"dataset": 7}', b'{"dataset": [7, null]}', b"<a>",
     b"@prefix",
     b'{"success": true, "result": {"results": [{}]}}', b'{"@graph": [{"@id": 7}]}', b'{"a": "\\ud800"}'],
)  # fmt: skip
def test_a_file_that_is_no_catalogue_is_a_finding_with_a_remedy(body: bytes) -> None:
    read = read_foreign(body)
    assert read.datasets == ()
    assert read.findings
    for finding in read.findings:
        assert finding.message("zh")
        assert finding.message("en")
        assert finding.remedy("zh")


@pytest.mark.parametrize("form", [Form.JSONLD, Form.TURTLE, Form.DATA_JSON])
def test_what_we_pass_on_we_read_back(form: Form) -> None:
    home = Home("https://data.example", "wl-data", "望澜市政务服务和数据管理局", "990100")
    read = read_foreign(written(form, ENTRIES, home))
    assert [finding for finding in read.findings if finding.severity is Severity.ERROR] == []
    assert [(one.remote_id, one.title, one.publisher, one.cycle, one.modified) for one in read.datasets] == [
        (entry.code, entry.name, entry.provider, entry.cycle, entry.modified_on.isoformat()) for entry in ENTRIES
    ]


def test_every_fault_has_words_in_both_languages() -> None:
    source = Path(messages.__file__).parents[1] / "catalog" / "messages.toml"
    keys = [line[1:-1] for line in source.read_text(encoding="utf-8").splitlines() if line.startswith("[harvest_")]
    assert len(keys) >= 20
