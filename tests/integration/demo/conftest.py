"""One run of the demo for all tests that look at what it left behind."""

import json
import os
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.support.demo_run import PEOPLE, Finished, run_demo


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Finished]:
    """The demo's whole story, told once.  Tests change no file of it but by what nodes do themselves."""
    folder, name, url = tmp_path_factory.mktemp("demo"), f"t_{uuid4().hex}", ""
    on_postgresql = os.environ.get("ZHENGTONG_TEST_STORE") == "postgresql"
    server = request.getfixturevalue("postgres_server") if on_postgresql else None
    if server is not None:
        url = server.create(name)
    proof = folder / "proof.json"
    done = run_demo(folder / "home", "--people", str(PEOPLE), "--json", str(proof), database=url)
    assert done.returncode == 0, done.stdout + done.stderr
    yield Finished(folder / "home", json.loads(proof.read_text(encoding="utf-8")))
    if server is not None:
        server.drop(name)
