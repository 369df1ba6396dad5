"""What the center says when it refuses reaches the person at the node."""

import json

from zhengtong.node.center import _refusal  # pyright: ignore[reportPrivateUsage]


def test_the_centers_own_sentence_and_remedy_are_shown() -> None:
    said = {"title": "接入码不正确", "status": 403, "remedy": "核对接入码", "key": "exchange.code_unknown"}
    error = _refusal(403, json.dumps(said).encode())
    assert error.message("zh") == "中心拒绝：接入码不正确"
    assert error.remedy("zh") == "核对接入码"


def test_an_answer_that_is_no_problem_document_still_says_that_the_center_refused() -> None:
    assert _refusal(502, b"<html>").message("zh").startswith("中心拒绝：")
