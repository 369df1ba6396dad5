"""The proof (证明): answers, refusals, a batch, a stopped center, three equal sides, verified ledgers.

Everything is measured by calling the nodes as the departments' systems do; nothing here knows
what the figures should be, only which refusal it provoked.
"""

import http.client
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from zhengtong.demo import population
from zhengtong.demo.network import EMPLOYERS, INSURED, Answer, Network
from zhengtong.demo.processes import is_refused
from zhengtong.demo.story import (
    BENEFIT_CHECK,
    CALLS_A_DAY,
    CONTACT,
    EMPLOYER_UPDATE,
    FIRE_CHECK,
    FIRE_SYSTEM,
    FOOD_CASE,
    FOOD_LICENCE,
    FOOD_SYSTEM,
    INSURANCE_SYSTEM,
    INSURED_UPDATE,
    LABOUR_SYSTEM,
    PREMISES_CHECK,
    REAL_NAME,
    SIGN_SYSTEM,
    SITE_CHECK,
    TAX_SYSTEM,
    Story,
)
from zhengtong.demo.tables import EMPLOYERS_DB, HEALTH_DB, INSURANCE_DB, LAND_DB, MARKET_DB, POLICE_DB
from zhengtong.kernel.errors import WrongState
from zhengtong.wire.decision import family

SIGN_CASE = "汀兰招〔2026〕0021号"
DELIVERY_CASE, BENEFIT_CASE = "汀兰送〔2026〕0102号", "望澜医〔2026〕0310号"
FIRE_CASE, TAX_CASE = "汀兰消〔2026〕0033号", "汀兰税〔2026〕0208号"
QUERIES_BEFORE = 5
KILLED_S_MAX = 5.0


@dataclass(slots=True)
class Service:
    """Calls counted by what came back."""

    answered: int = 0
    refused: Counter[str] = field(default_factory=Counter[str])
    records_on_both_sides: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch: rows that came (held and quarantined), and whether both sides agree about them."""

    rows: int
    seconds: float
    resumed_after_kill: bool
    reconciled: bool
    quarantined: int
    held: int
    withheld: int
    parcels: int


@dataclass(frozen=True, slots=True)
class Increment:
    """A whole batch, a day at the register, and what the next pull brought (每日增量)."""

    rows: int
    changed: int
    brought: int
    reconciled: bool
    same_as_source: bool


@dataclass(slots=True)
class Proof:
    """What was measured."""

    service: Service = field(default_factory=Service)
    batch: Batch | None = None
    increment: Increment | None = None
    center_down_exchange: bool = False
    three_sides_equal: bool = False


class Prover:
    """Walks the proof over a running network."""

    def __init__(self, network: Network, story: Story, departments: Path) -> None:
        self.network, self.story = network, story
        self.found = Proof()
        self.person = _one(departments / POLICE_DB, "SELECT GMSFHM, XM FROM CZRK ORDER BY rowid LIMIT 1")
        self.premises = _one(
            departments / LAND_DB, "SELECT ZL, BDCDYH FROM FWDJ WHERE ZL LIKE '望澜市汀兰区听潮街88号%' LIMIT 1"
        )
        self.firm = _one(departments / MARKET_DB, "SELECT TYSHXYDM FROM JYZT ORDER BY TYSHXYDM LIMIT 1")
        self.worker = _one(departments / HEALTH_DB, "SELECT GMSFHM, XM FROM JKZM ORDER BY rowid LIMIT 1")
        self.departments = departments

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
        self.verify(
            "tl-tax", "0001-2", system=TAX_SYSTEM, purpose=REAL_NAME, case_ref=TAX_CASE,
            lookup={"citizen_id": self.person[0]}, claims={"name": self.person[1]},
        )  # fmt: skip
        self.query(
            "tl-fire", "0003-1", system=FIRE_SYSTEM, purpose=FIRE_CHECK, case_ref=FIRE_CASE,
            lookup={"address": self.premises[0]}, items=["document_number", "conclusion", "applicable_area"],
        )  # fmt: skip
        self.verify(
            "tl-market", "0009-1", system=FOOD_SYSTEM, purpose=SITE_CHECK, case_ref=FOOD_CASE,
            lookup={"citizen_id": self.worker[0]}, claims={"name": self.worker[1]},
        )  # fmt: skip
        self.query(
            "tl-market", "0009-1", system=FOOD_SYSTEM, purpose=SITE_CHECK, case_ref=FOOD_CASE,
            lookup={"citizen_id": self.worker[0]}, items=["valid_until"],
        )  # fmt: skip

    def batch(self) -> Batch:
        """0005: the whole register of residents; the consumer's node is killed on the way and goes on."""
        began = time.monotonic()
        killed, first = self._pulled_until_killed()
        answer = self._pull("wl-insurance", "0005-1", purpose=INSURED_UPDATE, system=INSURANCE_SYSTEM)
        seconds = time.monotonic() - began
        held = _count(self.departments / INSURANCE_DB, INSURED)
        quarantined = int(answer["quarantined"])
        return Batch(
            rows=held + quarantined,
            seconds=round(seconds, 3),
            resumed_after_kill=killed and answer["run"] == first and bool(answer["reconciled"]),
            reconciled=bool(answer["reconciled"]) and held == answer["rows"],
            quarantined=quarantined,
            held=held,
            withheld=int(answer["withheld"]),
            parcels=int(answer["parcels"]),
        )

    def _pulled_until_killed(self) -> tuple[bool, str]:
        """Begin 0005, wait until the node has died by SIGKILL, start it again.  Returns (killed, run begun)."""
        node, processes = self.network.nodes["wl-insurance"], self.network.processes
        body = {"grant": str(self.story.grants["0005-1"]), "purpose": INSURED_UPDATE, "system": INSURANCE_SYSTEM}
        with suppress(OSError, http.client.HTTPException):  # it dies on the way, perhaps before it answers
            node.call("/local/v1/pull", {**body, "wait": False})
        killed = processes.wait_until_killed("wl-insurance", seconds=KILLED_S_MAX)
        with closing(sqlite3.connect(self.departments / INSURANCE_DB)) as db:
            staged = db.execute("SELECT run FROM _zt_parcel").fetchone() if killed else None
        self.network.restart("wl-insurance")
        return killed, str(staged[0]) if staged else ""

    def employers(self) -> Increment:
        """0006: the whole register of enterprises, then what one day changed in it."""
        ask = {"purpose": EMPLOYER_UPDATE, "system": LABOUR_SYSTEM}
        whole = self._pull("wl-labour", "0006-1", **ask)
        held = _count(self.departments / EMPLOYERS_DB, EMPLOYERS)
        changed = population.change_firms(self.departments)
        daily = self._pull("wl-labour", "0006-1", **ask, mode="increment")
        return Increment(
            rows=held,
            changed=changed,
            brought=int(daily["rows"]),
            reconciled=bool(whole["reconciled"]) and bool(daily["reconciled"]) and held == whole["rows"],
            same_as_source=_addresses(self.departments / EMPLOYERS_DB, EMPLOYERS)
            == _addresses(self.departments / MARKET_DB, "JYZT"),
        )

    def _pull(self, node: str, grant: str, **body: Any) -> Answer:
        asked = {"grant": str(self.story.grants[grant]), "wait": True, **body}
        status, answer = self.network.nodes[node].call("/local/v1/pull", asked)
        if status != 200:
            raise WrongState("demo.unexpected", expected=f"pull {grant}", got=str(answer))
        return answer

    def without_center(self) -> bool:
        """Stop the center, go on exchanging (a query, a batch and its increment), start it again."""
        self.network.stop_center()
        refused = is_refused(self.network.center_port)
        before = self.found.service.answered
        self.person_query()
        answered = self.found.service.answered == before + 1
        self.found.increment = self.employers()
        self.network.start_center()
        return refused and answered and self.found.increment.reconciled

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


def _count(database: Path, table: str) -> int:
    with closing(sqlite3.connect(database)) as db:
        return int(db.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])  # noqa: S608 - a name of our own


def _addresses(database: Path, table: str) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(database)) as db:
        return db.execute(f'SELECT TYSHXYDM, ZS FROM "{table}" ORDER BY 1').fetchall()  # noqa: S608 - a name of our own


def as_json(proof: Proof) -> dict[str, Any]:
    """The measured part of the demo's JSON."""
    refused = {name: proof.service.refused[name] for name in ("field", "purpose", "quota", "expired", "revoked")}
    return {
        "batch": asdict(proof.batch) if proof.batch else {},
        "increment": asdict(proof.increment) if proof.increment else {},
        "service": {
            "answered": proof.service.answered,
            "refused": refused,
            "records_on_both_sides": proof.service.records_on_both_sides,
        },
        "center_down_exchange": proof.center_down_exchange,
        "three_sides_equal": proof.three_sides_equal,
    }
