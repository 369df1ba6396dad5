"""zhengtong demo: the city, the story, the proof, and then the pages (演示)."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from zhengtong.demo.days import STORY_BEGINS, STORY_DAY
from zhengtong.kernel.clock import StoryClock
from zhengtong.kernel.errors import RuleBroken, Unreachable

if TYPE_CHECKING:
    from zhengtong.demo.run import Run

TODAY = datetime(STORY_DAY.year, STORY_DAY.month, STORY_DAY.day)  # noqa: DTZ001 - a legal day, as typer parses it
MARK = "zhengtong-demo"
PEOPLE_DEFAULT = 100_000
INIT_S_MAX = 120

app = typer.Typer(help="Build the demo city, walk its story, prove the exchange (演示).", add_completion=False)
console = Console()


@app.callback(invoke_without_command=True)
def demo(
    home: Annotated[Path, typer.Option(help="Folder of the demo; made anew each time.")] = Path("demo-home"),
    seed: Annotated[int, typer.Option(help="The same seed builds the same city.")] = 7,
    today: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Legal day on which the story stands.")] = TODAY,
    people: Annotated[int, typer.Option(min=100, max=2_000_000, help="Residents to generate.")] = PEOPLE_DEFAULT,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the pages afterwards until Ctrl-C.")] = True,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write what was measured.")] = None,
) -> None:
    """Build 望澜市, exchange under grants, stop the center and go on, verify both ledgers."""
    began = time.monotonic()
    clock_file = _prepare(home.resolve())
    run = _run(home.resolve(), seed=seed, people=people, today=today.date(), began=began)
    held = _play(run, clock_file, began=began, serve=serve, json_file=json_file)
    raise typer.Exit(0 if held else 1)


def _prepare(home: Path) -> Path:
    """Empty the demo's own folder, point the environment at it, make the center."""
    if home.exists() and any(home.iterdir()) and not (home / MARK).exists():
        raise RuleBroken("demo.home_in_use", home=str(home))
    shutil.rmtree(home, ignore_errors=True)
    os.umask(0o077)  # databases, logs and keys of the demo are its owner's alone
    home.mkdir(parents=True)
    (home / MARK).touch()
    clock_file = home / "clock.json"
    os.environ.update(
        ZHENGTONG_HOME=str(home),
        ZHENGTONG_DEMO="1",
        ZHENGTONG_DEMO_CLOCK=str(clock_file),
        ZHENGTONG_DATABASE=os.environ.get("ZHENGTONG_DEMO_DATABASE", ""),
        DJANGO_SETTINGS_MODULE="zhengtong.config.settings",
    )
    return clock_file


def _run(home: Path, *, seed: int, people: int, today: date, began: float) -> "Run":
    StoryClock(home / "clock.json").jump(STORY_BEGINS)
    done = subprocess.run(
        [sys.executable, "-m", "zhengtong.cli.main", "center", "init"],
        capture_output=True, text=True, check=False, timeout=INIT_S_MAX, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode != 0:
        raise Unreachable("demo.unexpected", expected="center init", got=(done.stdout + done.stderr)[-2000:])
    import django

    django.setup()
    from zhengtong.demo.run import Run, check_day

    check_day(today)
    return Run(
        home, seed, people, today, say=lambda text: console.print(f"[dim]{time.monotonic() - began:5.1f}s[/] {text}")
    )


def _play(run: "Run", clock_file: Path, *, began: float, serve: bool, json_file: Path | None) -> bool:
    from zhengtong.demo.network import Network
    from zhengtong.demo.processes import Processes
    from zhengtong.demo.run import holds
    from zhengtong.exchange.queries import root_fingerprint

    with Processes(run.home, {}) as processes:
        network, clock = Network(run.home, processes, clock_file), StoryClock(clock_file)
        told = run.institutions()
        run.network(network, told, clock)
        run.tell(network, told, clock)
        prover = run.prove(network, told)
        result = run.result(prover, network, told, run.verify(root_fingerprint()))
        held = holds(result)
        _show(result, held=held, seconds=time.monotonic() - began)
        if json_file:
            json_file.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        if serve:
            _wait(result["pages"])
    return held


def _wait(pages: str) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl-C, so that the processes are stopped
    console.print(f"\n页面：[bold]{pages}[/]  （登录页上点一张卡片即可；Ctrl-C 结束）")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        console.print("正在停止……")


def _show(result: dict[str, Any], *, held: bool, seconds: float) -> None:
    table = Table(title="政通演示：望澜市", show_header=False)
    table.add_column()
    table.add_column(overflow="fold")
    for label, value in _figures(result):
        table.add_row(label, str(value))
    table.add_row("用时", f"{seconds:.1f} 秒")
    table.add_row("全部成立", _yes(held))
    console.print(table)
    ledgers, root = f"{result['home']}/nodes/*/ledger", result["ledger"]["root"]
    console.print(f"离线核验：zhengtong verify {ledgers} --root {root}", markup=False, highlight=False, soft_wrap=True)


def _figures(result: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """What is shown of the JSON, in the order of the story."""
    service, batch, daily = result["service"], result["batch"], result["increment"]
    yield "机构", result["organizations"]
    yield "已发布目录条目", result["resources_published"]
    yield "不能提交的草稿", "；".join(f"{one['name']}（{one['why']}）" for one in result["drafts_held_back"])
    yield "申请：同意 / 部分同意 / 不予共享", " / ".join(str(n) for n in result["requests"].values())
    yield "许可", result["grants"]
    yield (
        "上传表格：收下 / 隔离",
        "；".join(f"{code} {one['accepted']} / {one['quarantined']}" for code, one in result["uploads"].items()),
    )
    yield (
        "整批传输 0005",
        (
            f"{batch['rows']} 行，{batch['seconds']:.1f} 秒，隔离 {batch['quarantined']} 行，"
            f"{'两端一致' if batch['reconciled'] else '不一致'}"
        ),
    )
    yield "途中强行结束后接着传完", _yes(batch["resumed_after_kill"])
    yield "每日增量 0006", f"全量 {daily['rows']} 行，次日变更 {daily['changed']} 行，传来 {daily['brought']} 行"
    yield "查询和核验：答复", service["answered"]
    yield "拒绝：信息项 / 用途 / 限额 / 到期 / 暂停", " / ".join(str(n) for n in service["refused"].values())
    yield "两端都有记录的调用", service["records_on_both_sides"]
    yield "中心停机期间继续交换", _yes(result["center_down_exchange"])
    yield "三方回执相等", _yes(result["three_sides_equal"])
    ledger = result["ledger"]
    yield "账本记录 / 离线验证", f"{ledger['records']} / {'通过' if ledger['verified'] else '不通过'}"
    yield "根指纹", ledger["root"]
    yield "目录", result["home"]


def _yes(holds: bool) -> str:
    return "是" if holds else "否"
