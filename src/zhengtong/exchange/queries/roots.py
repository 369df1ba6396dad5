"""The roots document in force (信任根): from the database, or before that from the file of the ceremony."""

from zhengtong.exchange.models import Document
from zhengtong.journal import door
from zhengtong.kernel.errors import NotFound
from zhengtong.wire.directory import Roots, parse_roots
from zhengtong.wire.directory import root_fingerprint as fingerprint_of
from zhengtong.wire.documents import SignedDocument, parse_document

ROOTS_BYTES_MAX = 128 << 10  # the container: payload and signatures
ROOTS_FILE = "roots.json"


def current_roots() -> tuple[SignedDocument, Roots]:
    """The roots document in force.  Raises NotFound before the key ceremony."""
    row = Document.objects.filter(kind="roots").order_by("-serial").first()
    if row is None:
        document = roots_on_file()
    else:
        document = parse_document(bytes(row.body), kind="roots", max_bytes=ROOTS_BYTES_MAX)
    return document, parse_roots(document.payload_bytes)


def roots_on_file() -> SignedDocument:
    """The roots document beside the online key.  Raises NotFound before the key ceremony."""
    path = door.keys_dir() / ROOTS_FILE
    if not path.exists():
        raise NotFound("exchange.keys_missing")
    return parse_document(path.read_bytes(), kind="roots", max_bytes=ROOTS_BYTES_MAX)


def root_fingerprint() -> str:
    """What a node pins when it joins (根指纹).  Raises NotFound before the key ceremony."""
    _, roots = current_roots()
    return fingerprint_of(roots)
