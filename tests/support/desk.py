"""Somebody at a node's desk (结点工作台访客): a browser without scripts, cookies kept, forms sent as pages ask."""

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter

from tests.support.wire_city import Running
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.identifiers import citizen_id_with_check
from zhengtong.node import contracts
from zhengtong.node.contracts import Contract
from zhengtong.node.desk import people
from zhengtong.node.home import NodeHome

ANSWER_S = 30.0
WORKSHOPS = "330121001/000017"
WORKSHOP_CONTRACT: Mapping[str, Any] = {
    "resource": WORKSHOPS,
    "title": "食品小作坊登记台账",
    "items": [
        {"name": "BH", "title": "编号", "type": "C", "length": "20", "key": True},
        {"name": "YZXM", "title": "业主姓名", "type": "C", "length": "50", "required": True, "personal": True},
        {"name": "YZHM", "title": "业主证件号码", "type": "C", "length": "18", "check": "citizen_id"},
        {"name": "DZ", "title": "地址", "type": "C", "length": "200", "required": True},
        {"name": "PZ", "title": "品种", "type": "C", "length": "200", "aliases": ["生产品种"]},
        {"name": "DJRQ", "title": "登记日期", "type": "D", "required": True},
    ],
}
GOOD, BAD = 202, 12


@dataclass(slots=True)
class Page:
    """What came back."""

    status: int
    text: str
    url: str
    headers: Mapping[str, str]

    @property
    def words(self) -> str:
        """What a reader sees, in one line."""
        bare = re.sub(r"<(style|script)\b.*?</\1>|<[^>]+>", " ", self.text, flags=re.DOTALL)
        return re.sub(r"\s+", " ", unescape(bare)).strip()

    def hidden(self, name: str) -> str:
        """The value of a hidden field."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        return unescape(found[1]) if found else ""


@dataclass(slots=True)
class Reader:
    """One person with one browser."""

    base: str
    jar: http.cookiejar.CookieJar = field(default_factory=http.cookiejar.CookieJar)
    csrf: str = ""

    def open(self, path: str, data: bytes | None = None, headers: Mapping[str, str] | None = None) -> Page:
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        url = path if path.startswith("http") else self.base + path
        request = urllib.request.Request(url, data, dict(headers or {}))
        try:
            with opener.open(request, timeout=ANSWER_S) as answer:
                page = Page(answer.status, answer.read().decode(), answer.url, dict(answer.headers))
        except urllib.error.HTTPError as error:
            with error:
                page = Page(error.code, error.read().decode(), error.url or url, dict(error.headers))
        self.csrf = page.hidden("csrf") or self.csrf
        return page

    def send(self, path: str, headers: Mapping[str, str] | None = None, **fields: object) -> Page:
        """Send a form with the CSRF token of the last page."""
        held = {"csrf": self.csrf, **fields}
        return self.open(path, urllib.parse.urlencode(held, doseq=True).encode(), headers)

    def upload(self, resource: str, name: str, content: bytes, act: str = "take", csrf: str | None = None) -> Page:
        """Send the upload form."""
        edge = "zt-form-edge"
        parts: list[bytes] = []
        for field_name, value in (("csrf", self.csrf if csrf is None else csrf), ("resource", resource), ("act", act)):
            head = f'--{edge}\r\nContent-Disposition: form-data; name="{field_name}"\r\n\r\n'
            parts.append(head.encode() + value.encode() + b"\r\n")
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        parts.append(head.encode() + content + f"\r\n--{edge}--\r\n".encode())
        kind = {"content-type": f"multipart/form-data; boundary={edge}"}
        return self.open("/desk/upload", b"".join(parts), kind)


def seated(node: Running, clock: Clock, *, name: str = "温以宁", role: str = "officer") -> Reader:
    """Somebody signed in at a node's desk by a link of their own."""
    reader = Reader(node.url)
    page = reader.open(people.add(node.home, name=name, role=role, clock=clock))
    assert page.status == 200, page.words
    page = reader.send("/desk/enter", token=page.hidden("token"), next="/desk/")
    assert page.status == 200, page.words
    return reader


def workshop_contract(home: NodeHome, clock: Clock) -> Contract:
    """The county's register of food workshops (R17), known to its node."""
    contract = contracts.contract_from_json(WORKSHOP_CONTRACT)
    contracts.learn(home, contract, clock=clock)
    return contract


def workshop_rows() -> list[list[str]]:
    """202 good rows and 12 bad ones, as a county's clerk keeps them."""
    rows = [
        [f"YZ{n:04d}", f"程{'甲乙丙丁'[n % 4]}", citizen_id_with_check(f"990121198001{n % 28 + 1:02d}{n:03d}"),
         f"云渚县某镇{n}号", "豆制品", f"2025{n % 12 + 1:02d}{n % 28 + 1:02d}"]
        for n in range(GOOD)
    ]  # fmt: skip
    bad = [
        ["YZ0003", "程丁", "", "某村", "糕点", "20250101"],  # a number that is taken
        ["", "程甲", "", "某村", "糕点", "20250101"],
        ["YZ1001", "", "", "某村", "糕点", "20250101"],
        ["YZ1002", "程乙", "990121198001010010", "某村", "糕点", "20250101"],
        ["YZ1003", "程乙", "990121800101001", "某村", "糕点", "20250101"],
        ["YZ1004", "程乙", "", "", "糕点", "20250101"],
        ["YZ1005", "程乙", "", "=HYPERLINK(A1)", "糕点", "20250101"],
        ["YZ1006", "程乙", "", "某村", "糕点", "20250230"],
        ["YZ1007", "程乙", "", "某村", "糕点", "长期"],
        ["YZ1008", "程乙", "", "某村", "糕点", ""],
        ["YZ1009", "程乙", "", "某" * 201, "糕点", "20250101"],
        ["YZ10100000000000000000001", "程乙", "", "某村", "糕点", "20250101"],
    ]
    return rows + bad


def workbook(rows: list[list[str]]) -> bytes:
    """A workbook as it is kept: merged title, blank second row, hidden column, everything as text."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet("台账")
    sheet.merge_range(0, 0, 0, 6, "云渚县食品小作坊登记台账（2026年9月）")
    sheet.set_column(3, 3, None, None, {"hidden": True})
    for column, title in enumerate(("编 号", "业主姓名", "业主证件号码", "内部备注", "地址", "生产品种", "登记日期")):
        sheet.write_string(2, column, title)
    for place, row in enumerate(rows, start=3):
        for column, cell in enumerate([*row[:3], "不外传", *row[3:]]):
            sheet.write_string(place, column, cell)
    book.close()
    return out.getvalue()


def csv_file(path: Path, rows: list[list[str]], *, encoding: str = "gb18030") -> Path:
    """The same as csv."""
    lines = [
        "编号,业主姓名,业主证件号码,地址,品种,登记日期",
        *(",".join(row) for row in rows),
    ]
    path.write_text("\r\n".join(lines), encoding=encoding)
    return path
