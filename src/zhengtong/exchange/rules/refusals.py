"""The article behind a refusal: what the refused act would have run against (拒绝依据)."""

# From the end of the refusal's message key to the article that the refused act would have run against.
_DECREE = "政务数据共享条例"
REFUSAL_ARTICLES: dict[str, str] = {
    "field": f"{_DECREE}第二十条",  # 申请须合法、正当、必要，写明使用范围
    "lookup": f"{_DECREE}第二十条",
    "rows": f"{_DECREE}第二十条",
    "rows_day": f"{_DECREE}第二十条",
    "calls": f"{_DECREE}第二十条",
    "subjects": f"{_DECREE}第二十条",
    "mode": f"{_DECREE}第二十条",  # 共享方式
    "expired": f"{_DECREE}第二十条",  # 使用时限
    "not_yet": f"{_DECREE}第二十条",
    "purpose": f"{_DECREE}第二十五条",  # 不得用于其他目的
    "case": f"{_DECREE}第二十五条",
    "system": f"{_DECREE}第二十五条",
    "consumer": f"{_DECREE}第二十五条",  # 未经同意不得提供给第三方
    "suspended": f"{_DECREE}第二十七条",
    "revoked": f"{_DECREE}第二十七条",
}


def refusal_kind(key: str) -> str:
    """What a refusal's key says beside its area: `wire.refused_field` → `field`, `wire.ceiling_rows` → `ceiling`."""
    if key.startswith("wire.ceiling_"):  # one sentence for all: what goes beyond is the provider's to see
        return "ceiling"
    return key.rpartition(".")[2].removeprefix("refused_").removeprefix("status_")


def refusal_article(key: str) -> str:
    """The article behind a refusal of the wire (拒绝依据); empty for a technical refusal."""
    return REFUSAL_ARTICLES.get(refusal_kind(key), "")
