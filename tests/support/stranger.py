"""A consumer's node written from docs/protocol, as an oracle: nothing of zhengtong is imported here."""

import hashlib
import io
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import reduce
from http.client import HTTPConnection
from operator import xor
from pathlib import Path
from time import sleep
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pyarrow as pa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

TYPE, PARCEL = "application/vnd.zhengtong.service", "application/vnd.zhengtong.parcel"
REQUEST = '("@method" "@path" "content-type" "content-digest" "zhengtong-envelope")'
RESPONSE = '("@status" "content-type" "content-digest" "zhengtong-envelope" "@path";req "zhengtong-envelope";req)'
FIELDS = frozenset(
    {"v", "suite", "key", "id", "kind", "from", "to", "system", "officer_ref", "case_ref", "purpose", "grant"}
    | {"grant_digest", "contract", "directory", "run", "seq", "prev", "in_reply_to", "rows", "range", "codec"}
    | {"body_digest", "ledger_head", "created", "expires"}
)
SAID = ("exchange", "role", "peer", "grant", "envelope_digest", "outcome", "refusal", "rows", "body_digest", "subject")
HPKE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
WORD = 0xFFFFFFFF
Doc = dict[str, Any]  # Any: JSON
Keys = tuple[Ed25519PrivateKey, X25519PrivateKey]


def need(true: object, why: str) -> None:
    """Refuse what the protocol forbids."""
    if not true:
        raise ValueError(why)


def canonical(value: Doc) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def strict(raw: bytes) -> Doc:
    value = json.loads(raw)
    need(canonical(value) == raw, "not canonical")
    return value


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def digest(raw: bytes) -> str:
    return "sha-256:" + sha(raw).hex()


def b64(raw: bytes) -> str:
    return b64encode(raw).decode()


def instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def key_id(public: bytes) -> str:
    return sha(public).hex()[:32]


def sign_document(kind: str, value: Doc, key: Ed25519PrivateKey) -> Doc:
    payload = canonical(value)
    made = {"key": key_id(key.public_key().public_bytes_raw())}
    made["value"] = b64(key.sign(f"zhengtong/v1/{kind}\n".encode() + payload))
    return {"kind": kind, "payload": payload.decode(), "signatures": [made]}


def open_document(document: Doc, kind: str, publics: Iterable[str], *, threshold: int = 1) -> Doc:
    """The payload, if enough of the keys signed it; unknown keys are ignored."""
    need(set(document) == {"kind", "payload", "signatures"} and document["kind"] == kind, "form")
    payload, known = document["payload"].encode(), {key_id(b64decode(one)): b64decode(one) for one in publics}
    mine = {one["key"]: one["value"] for one in document["signatures"] if one["key"] in known}
    for key, value in mine.items():
        public = Ed25519PublicKey.from_public_bytes(known[key])
        public.verify(b64decode(value), f"zhengtong/v1/{kind}\n".encode() + payload)
    need(len(mine) >= threshold and len(document["signatures"]) <= 16, f"signature missing: {kind}")
    return strict(payload)


def holds(key: Doc, at: str) -> bool:
    return key["valid_from"] <= at < min(key["valid_until"] or "9", key.get("revoked_at") or "9")


def content_digest(body: bytes) -> str:
    return f"sha-256=:{b64(sha(body))}:"


def signature_base(params: str, *values: str) -> bytes:
    """RFC 9421 §2.5: the components that the parameters name, with their values."""
    lines = zip(params[1 : params.index(")")].split(" "), values, strict=True)
    return "".join([*(f"{name}: {value}\n" for name, value in lines), f'"@signature-params": {params}']).encode()


def unpack(frame: bytes) -> tuple[bytes, bytes, bytes]:
    """Envelope, signature and body of a parcel's frame."""
    end = 8 + int.from_bytes(frame[4:8], "big")
    need(frame[:4] == b"ZTP1" and len(frame) == 72 + end + int.from_bytes(frame[64 + end : 72 + end], "big"), "frame")
    return frame[8:end], frame[end : 64 + end], frame[72 + end :]


def cell_bytes(value: object) -> bytes:
    """What is hashed of a cell that is not null."""
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, bool) or (isinstance(value, date) and not isinstance(value, datetime)):
        number = int(value) if isinstance(value, bool) else (value - date(1970, 1, 1)).days
        return (number & WORD).to_bytes(4, "little")
    if isinstance(value, datetime):
        value = (value - datetime(2000, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    elif isinstance(value, Decimal):
        value = int("".join(map(str, value.as_tuple().digits))) * (-1 if value.is_signed() else 1)
    need(isinstance(value, int), "type")
    number = int(str(value))
    if not -(1 << 63) <= number < 1 << 63:
        return str(number).encode()
    return (number & WORD ^ ((number if number >= 0 else ~number) >> 32 & WORD)).to_bytes(4, "little")


def lookup3(cell: bytes, seed: int) -> int:
    """Bob Jenkins' hash with two results; the seed, never 0 here, is mixed in first."""
    start = 0x9E3779B9 + 3923095 + len(cell)
    state = [start + (seed >> 32) & WORD, start + seed & WORD, start & WORD]
    mix(state)
    while len(cell) >= 12:
        add(state, cell[:12])
        mix(state)
        cell = cell[12:]
    add(state, cell[:8] + (b"\0" + cell[8:] if cell[8:] else b""))
    for step, turn in enumerate((14, 11, 25, 16, 4, 14, 24), 2):
        x, y = step % 3, (step - 1) % 3
        state[x] = (state[x] ^ state[y]) - rotate(state[y], turn) & WORD
    return state[1] << 32 | state[2]


def add(state: list[int], part: bytes) -> None:
    for n in range(3):
        state[n] = state[n] + int.from_bytes(part[4 * n : 4 * n + 4], "little") & WORD


def mix(state: list[int]) -> None:
    for step, turn in enumerate((4, 6, 8, 16, 19, 4)):
        x, y, z = step % 3, (step - 1) % 3, (step + 1) % 3
        state[x] = (state[x] - state[y] & WORD) ^ rotate(state[y], turn)
        state[y] = state[y] + state[z] & WORD


def rotate(word: int, turn: int) -> int:
    return (word << turn | word >> 32 - turn) & WORD


def row_hash(row: Sequence[object]) -> int:
    """Exclusive or of the cells' hashes; the seed is the place, from 1."""
    return reduce(xor, (lookup3(cell_bytes(cell), n) for n, cell in enumerate(row, 1) if cell is not None), 0)


def fingerprint(rows: Iterable[Sequence[object]]) -> str:
    return f"{sum((one ^ 1 << 63) - (1 << 63) for one in map(row_hash, rows)) % (1 << 128):032x}"


class Ledger:
    """RFC 6962's tree over entries.log, with level files and heads, in an empty folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.size = folder, 0
        self.levels = list[list[bytes]]()
        (folder / "directory").mkdir(parents=True)

    def append(self, record: bytes) -> int:
        self._write("entries.log", len(record).to_bytes(4, "big") + record)
        level, node, self.size = 0, sha(b"\0", record), self.size + 1
        while True:
            self.levels[level:] = self.levels[level:] or [[]]
            self.levels[level].append(node)
            self._write(f"L{level:02d}", node)
            if len(self.levels[level]) % 2:
                return self.size - 1
            level, node = level + 1, sha(b"\1", *self.levels[level][-2:])

    def root(self) -> str:
        peaks = [nodes[-1] for nodes in self.levels if len(nodes) % 2] or [sha()]
        return reduce(lambda root, peak: sha(b"\1", peak, root), peaks).hex()

    def sign(self, node: str, key: Ed25519PrivateKey, at: str) -> None:
        head = {"v": 1, "node": node, "size": self.size, "root": self.root(), "at": at}
        self._write("heads.jsonl", canonical(sign_document("head", head, key)) + b"\n")

    def _write(self, name: str, more: bytes) -> None:
        with (self.folder / name).open("ab") as out:
            out.write(more)


class Stranger:
    """A consumer's node: believes a directory, asks, pulls, records."""

    def __init__(self, code: str, keys: Keys, *, folder: Path, now: Callable[[], datetime]) -> None:
        self.code, (self.sign, self.seal), self.now, self.ledger = code, keys, now, Ledger(folder)
        self.key = key_id(self.sign.public_key().public_bytes_raw())
        self.grants, self.nodes = dict[str, Doc](), dict[str, Doc]()
        self.known_as = ""

    def believe(self, roots: Sequence[Doc], members: Doc, bundle: Doc, *, pinned: str) -> None:
        """Roots from the pinned fingerprint, members, own grants; archived and recorded."""
        held: Doc = {}
        for document in roots:
            new = json.loads(document["payload"])
            if held:
                need(new["version"] == held["version"] + 1, "root gap")
                open_document(document, "roots", held["root_keys"], threshold=held["threshold"])
            held = open_document(document, "roots", new["root_keys"], threshold=new["threshold"])
            named = {"root_keys": sorted(new["root_keys"]), "suite": new["suite"], "threshold": new["threshold"]}
            need(new["version"] > 1 or sha(canonical(named)).hex()[:32] == pinned.replace("-", ""), "root not pinned")
        at, online = json.loads(members["payload"])["issued_at"], held["online_keys"]
        may = [key["public"] for key in online if "members" in key["signs"] and holds(key, at)]
        told = open_document(members, "members", may)
        need(told["epoch"] == held["epoch"] and instant(self.now()) < told["valid_until"], "directory")
        may = [key["public"] for key in online if "grants" in key["signs"]]
        mine = open_document(bundle, "grants", may)
        due = {"node": self.code, "serial": mine["serial"], "digest": digest(bundle["payload"].encode())}
        need(due in told["bundles"] and mine["node"] == self.code, "bundle differs")
        self.nodes, self.known_as = {one["id"]: one for one in told["nodes"]}, f"{told['epoch']}.{told['serial']}"
        for entry in mine["entries"]:
            grant = open_document(entry["grant"], "grant", may)
            self.grants[grant["number"]] = grant | {"digest": digest(entry["grant"]["payload"].encode())}
        archived = {f"roots-{json.loads(one['payload'])['version']}": one for one in roots}
        for name, document in (archived | {f"members-{self.known_as.replace('.', '-')}": members}).items():
            (self.ledger.folder / "directory" / f"{name}.json").write_bytes(canonical(document))
        facts = {"members": digest(members["payload"].encode()), "roots": digest(roots[-1]["payload"].encode())}
        self._record("directory", facts=facts | {"directory": self.known_as})

    def ask(self, kind: str, number: str, content: Doc, **about: Any) -> Doc:
        """A verify or query: what the answer or refusal says, recorded."""
        asked = self._send(kind, number, content, "/wire/v1/service", about)
        return self._close(asked, asked)

    def pull(self, number: str, items: list[str], **about: Any) -> tuple[list[tuple[object, ...]], Doc]:
        """A whole run: its rows, and what the provider says to their fingerprint."""
        asked = self._send("run", number, {"items": items}, "/wire/v1/runs", about)
        if asked["kind"] == "refusal":
            return [], self._close(asked, asked)
        run, rows, seq, prev = strict(asked["body"])["run"], list[tuple[object, ...]](), 1, None
        place = f"/wire/v1/runs/{run}"
        while True:
            got = self._send("pull", number, None, f"{place}/parcels/{seq}", {"run": run, "seq": seq})
            told = got["reply"]
            if got["kind"] == "refusal" and strict(got["body"])["key"] == "node.run_not_ready":
                sleep(0.1)
                continue
            need((told["run"], told["seq"], told["prev"]) == (run, seq, prev), f"place in the run: {got['body']!r}")
            need(told["in_reply_to"] == digest(asked["raw"]), "parcel of another run")
            if got["kind"] == "manifest":
                break
            info = canonical({name: told[name] for name in ("from", "grant", "grant_digest", "run", "seq", "to")})
            plain = HPKE.decrypt(got["body"], self.seal, info=b"zhengtong/v1/parcel\n" + info)
            table = pa.ipc.open_stream(io.BytesIO(plain)).read_all()
            need((table.column_names, table.num_rows) == (items, told["rows"]), "schema")
            rows += zip(*(column.to_pylist() for column in table.columns), strict=True)
            prev, seq = got["digest"], seq + 1
            self._send("ack", number, {"through": seq - 1}, f"{place}/ack", {"run": run})
        found = {"run": run, "parcels": seq - 1, "rows": len(rows), "last": prev, "fingerprint": fingerprint(rows)}
        need(found.items() <= strict(got["body"])["manifest"].items(), "manifest differs")
        self._close(asked, got)
        ended = {"rows": len(rows), "quarantined": 0, "fingerprint": found["fingerprint"]}
        return rows, strict(self._send("ack", number, ended, f"{place}/ack", {"run": run})["body"])

    def _send(self, kind: str, number: str, content: Doc | None, path: str, about: Doc) -> Doc:
        """One signed ask and its reply, verified; what opens an exchange has its intent on disk before."""
        grant, now, method = self.grants[number], self.now(), "GET" if content is None else "POST"
        body = b"" if content is None else canonical(content | {"salt": b64(uuid4().bytes)})
        envelope = dict.fromkeys(FIELDS) | {
            "v": 1, "suite": "intl", "key": self.key, "id": str(uuid4()), "kind": kind, "from": self.code,
            "to": grant["provider"], "grant": grant["id"], "grant_digest": grant["digest"], "directory": self.known_as,
            "contract": grant["contract_digest"], "ledger_head": f"{self.ledger.size}:{self.ledger.root()}",
            "body_digest": digest(body), "created": instant(now), "expires": instant(now + timedelta(minutes=5)),
        }  # fmt: skip
        raw = canonical(envelope | about)
        headers = {"content-type": TYPE, "content-digest": content_digest(body), "zhengtong-envelope": f":{b64(raw)}:"}
        params = f'{REQUEST};created={int(now.timestamp())};keyid="{self.key}";alg="ed25519";tag="zhengtong-v1"'
        base = signature_base(params, method, path, *headers.values())
        signature = self.sign.sign(base)
        headers |= {"signature-input": f"zt={params}", "signature": f"zt=:{b64(signature)}:"}
        names = {"exchange": envelope["id"], "role": "consumer", "peer": grant["provider"], "grant": grant["id"]}
        if kind not in {"pull", "ack"}:
            evidence = {"party": self.code, "key": self.key, "form": "http", "base": b64(base)}
            digests = {"envelope_digest": digest(raw), "body_digest": digest(body)}
            self._record("intent", evidence=[evidence | {"signature": b64(signature)}], **names, **digests)
        url = urlsplit(self.nodes[grant["provider"]]["addresses"][0])
        with closing(HTTPConnection(url.hostname or "", url.port, timeout=30)) as line:
            line.request(method, path, body=body, headers=headers)
            answer = line.getresponse()
            got = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        return {"raw": raw, "names": names} | self._verified(grant["provider"], raw, path, *got)

    def _verified(self, peer: str, asked: bytes, path: str, status: int, head: dict[str, str], body: bytes) -> Doc:
        """The reply that the provider signed to exactly this ask, or its parcel."""
        if head["content-type"] == PARCEL:
            raw, signature, body = unpack(body)
            form, base = "envelope", b"zhengtong/v1/envelope\n" + raw
        else:
            need("zhengtong-envelope" in head, f"unsigned: {status} {body!r}")
            raw, form, params = b64decode(head["zhengtong-envelope"][1:-1]), "http", head["signature-input"][3:]
            at = re.findall(r";created=([0-9]+);", params)[0]
            due = f'{RESPONSE};created={at};keyid="{strict(raw)["key"]}";alg="ed25519";tag="zhengtong-v1"'
            need(params == due and abs(int(at) - self.now().timestamp()) <= 300, "signature-input")
            values = head["content-type"], content_digest(body), head["zhengtong-envelope"], path, f":{b64(asked)}:"
            base, signature = signature_base(params, str(status), *values), b64decode(head["signature"][4:-1])
        told, now = strict(raw), instant(self.now())
        need(len(raw) <= 4096 and told.keys() == FIELDS and told["body_digest"] == digest(body), "envelope")
        need((told["from"], told["to"]) == (peer, self.code) and now < told["expires"], "misaddressed or expired")
        need(form == "envelope" or told["in_reply_to"] == digest(asked), "reply to another")
        at = told["created"] if form == "envelope" else now
        good = [b64decode(key["public"]) for key in self.nodes[peer]["keys"] if key["use"] == "sign" and holds(key, at)]
        Ed25519PublicKey.from_public_bytes({key_id(one): one for one in good}[told["key"]]).verify(signature, base)
        evidence = {"party": peer, "key": told["key"], "form": form, "base": b64(base), "signature": b64(signature)}
        return {"reply": told, "kind": told["kind"], "body": body, "digest": digest(raw), "evidence": evidence}

    def _close(self, asked: Doc, got: Doc) -> Doc:
        """The outcome of an exchange, as its last reply has it."""
        said = strict(got["body"])
        how = {"outcome": "refused" if "key" in said else "answered", "refusal": said.get("key")}
        more = {"envelope_digest": got["digest"], "body_digest": digest(got["body"]), "evidence": [got["evidence"]]}
        self._record("outcome", rows=got["reply"]["rows"], **asked["names"], **how, **more)
        return {"kind": got["kind"], **said}

    def _record(self, kind: str, **said: Any) -> None:
        at = instant(self.now())
        record = {**dict.fromkeys(SAID), "v": 1, "kind": kind, "at": at, "evidence": [], "facts": {}, **said}
        self.ledger.append(canonical(record))
        self.ledger.sign(self.code, self.sign, at)
