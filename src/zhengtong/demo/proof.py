"""The proof (证明): answers, refusals, a batch, a stopped center, three equal sides, verified ledgers.

Everything is measured by calling the nodes as the departments' systems do; nothing here knows
what the figures should be, only which refusal it provoked.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from zhengtong.demo.network import TARGET_TABLE, Answer, Network
from zhengtong.demo.population import INSURANCE_DB, LAND_DB, MARKET_DB, POLICE_DB
from zhengtong.demo.processes import is_refused
from zhengtong.demo.story import (
    BENEFIT_CHECK,
    CALLS_A_DAY,
    CONTACT,
    FOOD_LICENCE,
    FOOD_SYSTEM,
    INSURANCE_SYSTEM,
    INSURED_UPDATE,
    PREMISES_CHECK,
    SIGN_SYSTEM,
    Story,
)
from zhengtong.kernel.errors import WrongState
from zhengtong.wire.decision import family

FOOD_CASE, SIGN_CASE = "汀兰食〔2026〕0017号", "汀兰招〔2026〕0021号"
DELIVERY_CASE, BENEFIT_CASE = "汀兰送〔2026〕0102号", "望澜医〔2026〕0310号"
QUERIES_BEFORE = 5


@dataclass(slots=True)
class Service:
    """Calls counted by what came back."""

    answered: int = 0
    refused: Counter[str] = field(default_factory=Counter[str])
    records_on_both_sides: int = 0


@dataclass(slots=True)
class Batch:
    """One full pull."""

    rows: int
    seconds: float
    reconciled: bool
    parcels: int


@dataclass(slots=True)
class Proof:
    """What was measured."""

    service: Service = field(default_factory=Service)
    batch: Batch | None = None
    center_down_exchange: bool = False
    three_sides_equal: bool = False


class Prover:
    """Walks the proof over a running network."""

    def __init__(self, network: Network, story: Story, departments: Path) -> None:
        self.network, self.story = network, story
        self.found = Proof()
        self.person = _one(departments / POLICE_DB, "SELECT GMSFHM, XM FROM CZRK ORDER BY GMSFHM LIMIT 1")
        self.premises = _one(
            departments / LAND_DB, "SELECT ZL, BDCDYH FROM FWDJ WHERE ZL LIKE '望澜市汀兰区听潮街88号%' LIMIT 1"
        )
        self.firm = _one(departments / MARKET_DB, "SELECT TYSHXYDM FROM JYZT ORDER BY TYSHXYDM LIMIT 1")
        self.target = departments / INSURANCE_DB

    # -- calls ---------------------------------------------------------------------------------

    def query(self, node: str, grant: str, **body: Any) -> Answer:
        """One call of a department's system, counted."""
        return self._counted(node, "/local/v1/query", {"grant": str(self.story.grants[grant]), **body})

    def verify(self, node: str, grant: str, **body: Any) -> Answer:
        """One verification, counted."""
        return self._counted(node, "/local/v1/verify", {"grant": str(self.story.grants[grant]), **body})

    def _counted(self, node: str, path: str, body: Answer) -> Answer:
        status, answer = self.network.nodes[node].call(path, body)
        record = answer.get("record") or {}
        if record.get("here") and record.get("there"):
            self.found.service.records_on_both_sides += 1
        if status == 200:
            self.found.service.answered += 1
        else:
            self.found.service.refused[family(answer["key"])] += 1
        return answer

    def person_query(self) -> Answer:
        return self.query(
            "tl-market", "0001-1", system=FOOD_SYSTEM, purpose=FOOD_LICENCE, case_ref=FOOD_CASE,
            lookup={"citizen_id": self.person[0]}, items=["name", "sex", "birth_date"],
        )  # fmt: skip

    def person_verify(self) -> Answer:
        return self.verify(
            "tl-market", "0001-1", system=FOOD_SYSTEM, purpose=FOOD_LICENCE, case_ref=FOOD_CASE,
            lookup={"citizen_id": self.person[0]}, claims={"name": self.person[1]},
        )  # fmt: skip

    def premises_query(self, *, items: list[str], purpose: str = PREMISES_CHECK) -> Answer:
        return self.query(
            "tl-market", "0002-1", system=FOOD_SYSTEM, purpose=purpose, case_ref=FOOD_CASE,
            lookup={"location": self.premises[0]}, items=items,
        )  # fmt: skip

    # -- steps of the proof ----------------------------------------------------------------------

    def answers(self) -> None:
        """Ordinary work: look-ups and verifications that are granted."""
        for _ in range(QUERIES_BEFORE):
            self.person_query()
        self.person_verify()
        self.premises_query(items=["use", "floor_area", "holder_name"])
        self.query(
            "tl-urban", "0002-2", system=SIGN_SYSTEM, purpose=PREMISES_CHECK, case_ref=SIGN_CASE,
            lookup={"location": self.premises[0]}, items=["use"],
        )  # fmt: skip

    def pull(self) -> Batch:
        """One full pull of 0005, with its own read-back from the target."""
        body = {"grant": str(self.story.grants["0005-1"]), "purpose": INSURED_UPDATE, "system": INSURANCE_SYSTEM}
        status, answer = self.network.nodes["wl-insurance"].call("/local/v1/pull", {**body, "wait": True})
        if status != 200:
            raise WrongState("demo.unexpected", expected="pull", got=str(answer))
        with closing(sqlite3.connect(self.target)) as db:
            held = int(db.execute(f'SELECT count(*) FROM "{TARGET_TABLE}"').fetchone()[0])  # noqa: S608 - our own name
        reconciled = bool(answer["reconciled"]) and held == answer["rows"]
        return Batch(held, answer["ms"] / 1000, reconciled, int(answer["parcels"]))

    def without_center(self) -> bool:
        """Stop the center, go on exchanging, start it again."""
        self.network.stop_center()
        refused = is_refused(self.network.center_port)
        before = self.found.service.answered
        self.person_query()
        answered = self.found.service.answered == before + 1
        batch = self.pull()
        self.network.start_center()
        return refused and answered and batch.reconciled

    def refusals(self) -> None:
        """Each way to be refused, provoked: field, purpose, expired, revoked, and the quota last."""
        self.premises_query(items=["mortgaged"])
        self.premises_query(items=["use"], purpose="日常检查")
        self.query(
            "wl-insurance", "0010-1", system=INSURANCE_SYSTEM, purpose=BENEFIT_CHECK, case_ref=BENEFIT_CASE,
            lookup={"citizen_id": self.person[0]}, items=["deceased"],
        )  # fmt: skip
        self.query(
            "tl-urban", "0011-1", system=SIGN_SYSTEM, purpose=CONTACT, case_ref=DELIVERY_CASE,
            lookup={"credit_code": self.firm[0]}, items=["contact_phone"],
        )  # fmt: skip
        self._until_refused(self.person_query, at_most=CALLS_A_DAY + 1)

    def _until_refused(self, call: Callable[[], Answer], *, at_most: int) -> None:
        for _ in range(at_most):
            if "key" in call():
                return


def _one(database: Path, query: str) -> tuple[str, ...]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        return tuple(db.execute(query).fetchone())


def as_json(proof: Proof) -> dict[str, Any]:
    """The measured part of the demo's JSON."""
    refused = {name: proof.service.refused[name] for name in ("field", "purpose", "quota", "expired", "revoked")}
    batch = asdict(proof.batch) if proof.batch else {}
    return {
        "batch": batch,
        "service": {
            "answered": proof.service.answered,
            "refused": refused,
            "records_on_both_sides": proof.service.records_on_both_sides,
        },
        "center_down_exchange": proof.center_down_exchange,
        "three_sides_equal": proof.three_sides_equal,
    }
