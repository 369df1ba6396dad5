"""The roles (角色) as data an auditor can read: what each may do, may not do, and why."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Role(StrEnum):
    """What a seat empowers its holder to do."""

    DATA_OFFICER = "data_officer"  # 数据专员
    SHARING_OFFICE_HEAD = "sharing_office_head"  # 政务数据共享工作机构负责人
    DEPARTMENT_HEAD = "department_head"  # 部门负责人
    AUTHORITY_REVIEWER = "authority_reviewer"  # 主管部门审核员
    AUTHORITY_LEADER = "authority_leader"  # 主管部门分管负责人
    GOVERNMENT_LEADER = "government_leader"  # 政府分管负责人
    SUPERVISOR = "supervisor"  # 督查人员
    AUDITOR = "auditor"  # 审计人员
    SYSTEM_ADMIN = "system_admin"  # 系统管理员
    SECURITY_ADMIN = "security_admin"  # 安全管理员
    ENGINEER = "engineer"  # 技术人员
    COUNTER_CLERK = "counter_clerk"  # 窗口收件人员
    APPROVER = "approver"  # 审批承办人员


DIRECTING_ROLES = frozenset(  # of offices that ask departments in writing (条例 第二十九条)
    {Role.SUPERVISOR.value, Role.AUTHORITY_REVIEWER.value, Role.AUTHORITY_LEADER.value}
)


class Level(StrEnum):
    """Level of government an organization belongs to (层级)."""

    NATION = "nation"  # 国家级
    PROVINCE = "province"  # 省级
    CITY = "city"  # 地市级
    COUNTY = "county"  # 县区级
    TOWNSHIP = "township"  # 乡镇级


class OrgKind(StrEnum):
    """What kind of body an organization is (机构类型)."""

    GOVERNMENT = "government"  # 人民政府
    DEPARTMENT = "department"  # 政府部门
    INSTITUTION = "institution"  # 事业单位
    AUTHORIZED = "authorized"  # 法律、法规授权的组织
    OTHER = "other"  # 其他


@dataclass(frozen=True, slots=True)
class RoleFact:
    """One role in policy words."""

    role: Role
    zh: str
    en: str
    may_zh: tuple[str, ...]
    may_en: tuple[str, ...]
    may_not_zh: tuple[str, ...]
    may_not_en: tuple[str, ...]
    cites: str  # article, or "" where the role is this program's own design


_DECREE = "政务数据共享条例"

_FACTS = (
    RoleFact(
        Role.DATA_OFFICER,
        "数据专员",
        "Data officer",
        ("编制、更新本部门政务数据目录", "起草共享申请，办理对本部门申请的审核，起草答复"),
        ("compile and update the department's catalogue", "draft sharing requests, examine requests, draft replies"),
        ("签发本人起草的申请、答复或者目录",),
        ("sign what he or she drafted",),
        f"{_DECREE} 第十一条",
    ),
    RoleFact(
        Role.SHARING_OFFICE_HEAD,
        "政务数据共享工作机构负责人",
        "Head of the data-sharing office",
        ("同意本部门提出的共享申请", "同意本部门作出的答复"),
        ("agree to the department's own requests", "agree to the department's replies"),
        ("审核同意本部门目录", "同意本人起草的申请或者答复"),
        ("sign the department's catalogue", "agree to what he or she drafted"),
        f"{_DECREE} 第二十条",
    ),
    RoleFact(
        Role.DEPARTMENT_HEAD,
        "部门负责人",
        "Head of the department",
        ("审核同意本部门政务数据目录",),
        ("sign the department's catalogue",),
        ("代替共享工作机构负责人答复申请",),
        ("answer requests in place of the sharing office",),
        f"{_DECREE} 第十三条",
    ),
    RoleFact(
        Role.AUTHORITY_REVIEWER,
        "主管部门审核员",
        "Reviewer of the data authority",
        ("审核并统一发布政务数据目录", "明确数源部门", "协调共享争议"),
        ("review and publish catalogue entries", "name source departments", "mediate disputes"),
        ("查看交换的数据内容", "单独发布主管部门自己的目录"),
        ("see exchanged data", "publish the authority's own entries alone"),
        f"{_DECREE} 第十六、十七、十九、二十八条",
    ),
    RoleFact(
        Role.AUTHORITY_LEADER,
        "主管部门分管负责人",
        "Leader of the data authority",
        ("同意延长目录更新和答复的期限", "复核主管部门自己的目录和答复"),
        ("agree to extensions", "countersign the authority's own entries and replies"),
        ("查看交换的数据内容",),
        ("see exchanged data",),
        f"{_DECREE} 第十七、二十一条",
    ),
    RoleFact(
        Role.GOVERNMENT_LEADER,
        "政府分管负责人",
        "Leader of the government",
        ("决定经协调未达成一致的共享争议",),
        ("decide disputes that mediation did not settle",),
        ("代替部门作出答复",),
        ("reply in place of a department",),
        f"{_DECREE} 第二十八条",
    ),
    RoleFact(
        Role.SUPERVISOR,
        "督查人员",
        "Supervisor",
        ("查看期限、答复和使用记录", "要求部门说明"),
        ("see limits, replies and records of use", "ask a department to explain"),
        ("作出或者变更部门的决定",),
        ("make or change a department's decision",),
        f"{_DECREE} 第二十九条",
    ),
    RoleFact(
        Role.AUDITOR,
        "审计人员",
        "Auditor",
        ("查看审计日志、事件和账本",),
        ("read the audit log, the events and the ledgers",),
        ("办理业务", "修改记录"),
        ("handle business", "change a record"),
        "",
    ),
    RoleFact(
        Role.SYSTEM_ADMIN,
        "系统管理员",
        "System administrator",
        ("登记机构、人员和账号", "维护系统运行"),
        ("register organizations, officers and accounts", "keep the system running"),
        ("授予岗位角色", "批准结点", "查看业务数据"),
        ("give roles", "approve nodes", "see business data"),
        "",
    ),
    RoleFact(
        Role.SECURITY_ADMIN,
        "安全管理员",
        "Security administrator",
        ("授予和收回岗位角色", "批准交换结点"),
        ("give and end seats and roles", "approve exchange nodes"),
        ("登记账号", "查看业务数据"),
        ("open accounts", "see business data"),
        "",
    ),
    RoleFact(
        Role.ENGINEER,
        "技术人员",
        "Engineer",
        ("接入和运行本部门结点", "登记本部门系统"),
        ("connect and run the department's node", "register the department's systems"),
        ("同意共享", "扩大结点上限以外的范围"),
        ("agree to sharing", "let through more than the ceiling"),
        "",
    ),
    RoleFact(
        Role.COUNTER_CLERK,
        "窗口收件人员",
        "Counter clerk",
        ("收件并出具收件凭证",),
        ("take papers in and print a receipt",),
        ("作出受理决定",),
        ("decide on acceptance",),
        "",
    ),
    RoleFact(
        Role.APPROVER,
        "审批承办人员",
        "Approver",
        ("作出受理决定，审查申请材料", "按规定参加现场核查，提出本机关的意见"),
        ("decide on acceptance and examine what was filed", "inspect on site and give the own organ's opinion"),
        ("代替其他机关提出意见", "向申请人索要能够共享取得的材料"),
        ("give an opinion for another organ", "demand from an applicant what can be had by sharing"),
        "行政许可法 第三十二、三十四条",
    ),
)

ROLES: dict[Role, RoleFact] = {fact.role: fact for fact in _FACTS}


def role_label(role: str, lang: Literal["zh", "en"] = "zh") -> str:
    """The name of a role as people say it; a role not in the table shows as its own code."""
    try:
        fact = ROLES[Role(role)]
    except ValueError:
        return role
    return fact.zh if lang == "zh" else fact.en


ROLE_WORDS: dict[str, tuple[str, str]] = {str(fact.role): (fact.zh, fact.en) for fact in _FACTS}
