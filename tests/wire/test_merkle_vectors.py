"""Tree proofs are accepted and refused exactly as the public vectors say."""

import base64
import gzip
import json

import pytest

from tests.support.shared_data import shared_data
from zhengtong.wire.ledger import check_consistency, check_inclusion


def _bytes(text: str | None) -> bytes:
    return base64.b64decode(text or "")


@pytest.mark.data
def test_every_vector_ends_as_it_says() -> None:
    vectors = json.loads(gzip.decompress(shared_data("vectors/merkle/merkle_vectors.json.gz").read_bytes()))
    assert len(vectors) == 96
    for name, vector in vectors.items():
        path = [_bytes(node) for node in vector["proof"] or []]
        if name.startswith("consistency"):
            passed = check_consistency(
                old=vector["size1"],
                new=vector["size2"],
                old_root=_bytes(vector["root1"]),
                new_root=_bytes(vector["root2"]),
                path=path,
            )
        else:
            passed = check_inclusion(
                _bytes(vector["leafHash"]),
                index=vector["leafIdx"],
                size=vector["treeSize"],
                path=path,
                root=_bytes(vector["root"]),
            )
        assert passed is not vector["wantErr"], name
