"""One run of the demo (演示): from an empty folder to a proven exchange, then the pages.

Django is set up before this module is imported (`demo.cli`), with the environment of the
demo's own home, so that this process, the center, its worker and the nodes see one city.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from zhengtong.catalog import queries as catalog
from zhengtong.demo import autumn, board, catalogue, city, desks, matters, population, quirks, story, summer
from zhengtong.demo.days import STORY_DAY
from zhengtong.demo.network import Network
from zhengtong.demo.proof import Prover, as_json
from zhengtong.exchange import queries as exchange_queries
from zhengtong.exchange import services as exchange
from zhengtong.exchange.queries.heads import exported_heads
from zhengtong.kernel.actors import SYSTEM
from zhengtong.kernel.clock import BEIJING, StoryClock
from zhengtong.kernel.errors import RuleBroken, Unreachable
from zhengtong.kernel.paging import PAGE_ROWS_MAX
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role
from zhengtong.sharing import queries as sharing
from zhengtong.sharing import services as requests

ENTERPRISES_PER_PERSON = 0.2
VERIFY_S_MAX = 120
SIDES_S_MAX = 30.0
REFUSALS = ("field", "purpose", "quota", "expired", "revoked")

Result = dict[str, Any]  # the demo's JSON


@dataclass(slots=True)
class Run:
    """A demo under way: says what it does, measures, and collects the result."""

    home: Path
    seed: int
    people: int
    today: date
    say: Callable[[str], None]
    uploaded: dict[str, dict[str, int]] = field(default_factory=dict[str, dict[str, int]])

    @property
    def departments(self) -> Path:
        return self.home / "departments"

    def institutions(self) -> story.Story:
        """Build departments' databases, institutions, catalogue and the grants of the summer."""
        self.say(f"部门业务库：{self.people} 人、{int(self.people * ENTERPRISES_PER_PERSON)} 户经营主体")
        firms = int(self.people * ENTERPRISES_PER_PERSON)
        population.build(self.departments, seed=self.seed, people=self.people, enterprises=firms)
        self.say("机构、人员、职责和目录")
        organizations = city.found(seed=self.seed)
        told = story.Story(organizations, catalogue.catalogue(organizations), self.departments)
        matters.register(organizations, told.resources)
        summer.before(told)
        return told

    def network(self, network: Network, told: story.Story, clock: StoryClock) -> None:
        """Start the center, join the nodes, bind what they stand in front of."""
        self.say(f"启动中心，{len(city.nodes())} 个结点凭一次性邀请码加入，核对指纹后批准")
        network.start_center()
        for code, hosted in city.nodes().items():
            network.join(code, hosted=hosted, organizations=told.organizations, clock=clock)
        exchange.publish(clock=clock)
        network.bind(told.resources)
        desks.tell_contracts(network, told, clock)
        self.uploaded = desks.upload(network, told, clock)
        network.serve()

    def tell(self, network: Network, told: story.Story, clock: StoryClock) -> None:
        """Walk the story to its day; the directory is signed anew after each jump."""
        self.say("从8月24日走到10月16日：申请逐日办理，0011 暂停，0010 到期")

        def follow() -> None:
            exchange.publish(clock=clock)

        autumn.tell(told, clock, after_each=follow)
        end = datetime(self.today.year, self.today.month, self.today.day, 9, 0, tzinfo=BEIJING)
        clock.jump(max(end, clock.now()))
        requests.expire_grants(clock=clock)
        exchange.publish(clock=clock)
        network.wait()
        network.refresh()
        desks.schedule(network, clock)
        desks.open_desks(network, self.home, premises=population.premises(self.departments), clock=clock)

    def prove(self, network: Network, told: story.Story) -> Prover:
        """Exchange, refuse, pull, stop the center and go on."""
        prover = Prover(network, told, self.departments)
        self.say("查询和核验")
        prover.answers()
        self.say("整批传输 0005：途中强行结束市医保局结点，再启动，接着传完")
        prover.found.batch = prover.batch()
        self.say("停止中心，继续查询，0006 整批和每日增量，再启动中心")
        prover.found.center_down_exchange = prover.without_center()
        self.say("逐项拒绝：信息项、用途、到期、暂停、限额")
        prover.refusals()
        prover.found.three_sides_equal = self._three_sides(network)
        return prover

    def _three_sides(self, network: Network) -> bool:
        auditor = city.seat("wl-data", Role.AUDITOR, on=self.today)
        until = time.monotonic() + SIDES_S_MAX
        while True:
            network.report()
            sides = exchange_queries.three_sides(actor=auditor)
            if sides.equal and sides.agree:
                return True
            if time.monotonic() > until:
                return False
            time.sleep(0.5)

    def verify(self, root: str) -> Result:
        """Verify the ledgers of all nodes offline: their folders, the root, and the heads the center co-signed."""
        self.say("离线验证各结点账本")
        ledgers = [str(self.home / "nodes" / code / "ledger") for code in city.nodes()]
        cosigned = self.home / "cosigned-heads.json"
        cosigned.write_bytes(exported_heads().content)
        done = subprocess.run(
            [sys.executable, "-m", "zhengtong.cli.main", "verify", *ledgers, "--root", root,
             "--heads", str(cosigned), "--strict", "--json"],
            capture_output=True, text=True, timeout=VERIFY_S_MAX, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        if done.returncode not in (0, 1):
            raise Unreachable("demo.unexpected", expected="verify", got=(done.stdout + done.stderr)[-2000:])
        report = json.loads(done.stdout)
        records = sum(int(ledger["records"]) for ledger in report["ledgers"])
        return {"records": records, "verified": done.returncode == 0, "root": root}

    def result(self, prover: Prover, network: Network, told: story.Story, ledger: Result) -> Result:
        """The demo's JSON, from what the center and the nodes say now."""
        auditor = city.seat("wl-data", Role.AUDITOR, on=self.today)
        counts = sharing.counts(actor=auditor, on=self.today)
        return {
            "organizations": len(parties.organizations(actor=SYSTEM)),
            "resources_published": sum(catalog.published_counts().values()),
            "requests": {"consented": counts.consented, "partial": counts.partial, "refused": counts.refused},
            "grants": len(sharing.grants(actor=auditor, rows=PAGE_ROWS_MAX, on=self.today).rows),
            **as_json(prover.found),
            "ledger": ledger,
            "board": board.lines(on=self.today),
            "quirks": quirks.found(self.departments) | {"corrected_uses": told.corrected},
            "correction_told": sorted(code for code, one in told.organizations.items() if one in told.told),
            "uploads": self.uploaded,
            "drafts_held_back": [asdict(one) for one in told.held_back],
            "home": str(self.home),
            "pages": f"{network.center_url}/",
        }


def holds(result: Result) -> bool:
    """Whether everything that the demo is to prove held in this run."""
    return all(
        (
            result["batch"]["reconciled"],
            result["batch"]["resumed_after_kill"],
            result["increment"]["reconciled"],
            result["service"]["answered"] > 0,
            all(result["service"]["refused"][kind] > 0 for kind in REFUSALS),
            result["center_down_exchange"],
            result["three_sides_equal"],
            result["ledger"]["verified"],
        )
    )


def check_day(asked: date) -> None:
    """The story may end on its own day or later.  Raises RuleBroken for an earlier one."""
    if asked < STORY_DAY:
        raise RuleBroken("demo.too_early", story_day=STORY_DAY.isoformat(), asked=asked.isoformat())
