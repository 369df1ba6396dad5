"""What a detector hands over (线索): a named breach, a thing, a department, and the facts that show it.  Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from zhengtong.supervision.rules.findings import Words


class FindingKind(StrEnum):
    """What a finding is about."""

    REPLY = "reply"  # 答复
    DELIVERY = "delivery"  # 提供
    CORRECTION = "correction"  # 校核
    CATALOG_UPDATE = "catalog_update"  # 目录更新
    REFUSAL = "refusal"  # 不同意共享
    SERVICE = "service"  # 已提供的服务
    MISUSE = "misuse"  # 使用
    MEDIATION = "mediation"  # 争议协调
    DISPOSAL = "disposal"  # 处置
    SOURCE_HELP = "source_help"  # 配合数源部门
    BACKFLOW = "backflow"  # 回流
    JOINING = "joining"  # 接入一体化体系
    USE_RECORD = "use_record"  # 使用记录
    INCIDENT = "incident"  # 安全管理
    RECOLLECTION = "recollection"  # 重复收集
    SOURCE = "source"  # 数源部门


FACT_WORDS: dict[str, Words] = {  # names of facts; a detector uses these and no others
    "limit": Words("期限届满", "the limit ended"),
    "changed": Words("变化发生", "the change happened"),
    "items": Words("不同意的信息项", "items refused"),
    "reason": Words("所写理由", "the reason given"),
    "ground": Words("理由类别", "kind of ground"),
    "suspended": Words("暂停日期", "suspended on"),
    "withdrawn": Words("目录条目已不在有效目录中", "the entry is no longer in force"),
    "grant": Words("涉及的许可", "grant concerned"),
    "exchanges": Words("没有使用方回执的交换", "exchanges without the consumer's receipt"),
    "rows": Words("涉及的记录数", "rows concerned"),
    "asked": Words("申请协调", "mediation asked"),
    "material": Words("仍在收取的材料", "material still asked for"),
    "matter": Words("事项", "matter"),
    "shared": Words("认定可以共享获取", "found to be shared"),
    "delivered": Words("许可开始提供", "grant delivered"),
    "organs": Words("收集的部门", "collecting departments"),
    "mediator": Words("协调的主管部门", "mediating authority"),
}


@dataclass(frozen=True, slots=True)
class Suspect:
    """One thing that a rule finds wrong.  `limit_id` and a day only where a limit passed."""

    rule: str  # of BREACHES
    kind: FindingKind
    about: UUID
    number: str
    title: str
    organization: UUID  # who is answerable
    counterpart: UUID | None
    jurisdiction: str
    started_on: date
    passed_on: date  # the limit's last day, or the day it happened
    limit_id: str = ""
    done_on: date | None = None
    facts: Mapping[str, str] = field(default_factory=dict[str, str])
