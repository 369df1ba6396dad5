"""The map of the mechanism (机制图): three groups, their parts, and where each is to be found.

A part that is not built yet is on the map and says so; it has no page and no numbers.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Part:
    """One box of the map.  An empty `page` means 尚未建设."""

    name: Words
    does: Words
    page: str = ""  # URL name


@dataclass(frozen=True, slots=True)
class Group:
    name: Words
    asks: Words
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """One box of the flow from what exists to what is proven."""

    name: Words
    does: Words
    page: str


MANAGEMENT = Group(
    name=_("管理机制"),
    asks=_("谁决定、谁负责、谁协调"),
    parts=(
        Part(_("主体与岗位"), _("机构、人员、岗位职权与分离要求"), "parties:roles"),
        Part(_("目录管理"), _("编制、签署、审核、发布、更新"), "catalog:list"),
        Part(_("今天轮到我"), _("各岗位待办、期限与依据"), "portal:inbox"),
        Part(_("争议协调"), _("协商不成由主管部门协调")),
        Part(_("电子监察"), _("按规则发现逾期、超范围和不规范"), "supervision:findings"),
        Part(_("绩效评估"), _("共享是否改进了履职")),
    ),
)

SAFEGUARDS = Group(
    name=_("保障机制"),
    asks=_("依据什么、按什么标准、怎样安全"),
    parts=(
        Part(_("期限与依据"), _("现行期限、条款、可否延长"), "portal:rules"),
        Part(_("标准规范"), _("代码表、元数据规范、工作日历"), "portal:standards"),
        Part(_("结点与名录"), _("结点准入、密钥、签名名录"), "exchange:nodes"),
        Part(_("基础数据库"), _("人口、法人、地理空间、宏观经济")),
        Part(_("国密算法"), _("国产密码算法套件")),
    ),
)

RUNNING = Group(
    name=_("运行机制"),
    asks=_("一次共享怎样走完"),
    parts=(
        Part(_("共享申请与答复"), _("申请、补正、答复，逐项说明理由"), "sharing:requests"),
        Part(_("共享许可"), _("范围、用途、额度、有效期"), "sharing:grants"),
        Part(_("交换与账本"), _("每次放行与拒绝，双方各有记录"), "exchange:exchanges"),
        Part(_("校核纠错"), _("使用方发现错误，提供方核对更正"), "sharing:corrections"),
        Part(_("需求清单"), _("还没有目录的数据需求"), "sharing:demands"),
        Part(_("联合审批"), _("一张表单、多个部门")),
        Part(_("医疗卫生平台"), _("检查检验结果互认与转诊")),
    ),
)

GROUPS = (MANAGEMENT, SAFEGUARDS, RUNNING)

FLOW = (
    Stage(_("目录条目"), _("有什么、属于谁"), "catalog:list"),
    Stage(_("共享申请"), _("用途、依据"), "sharing:requests"),
    Stage(_("答复"), _("谁、何时、为何"), "sharing:requests"),
    Stage(_("共享许可"), _("字段、用途、额度"), "sharing:grants"),
    Stage(_("结点放行"), _("许可之外一律拒绝"), "exchange:nodes"),
    Stage(_("账本"), _("双方记录，可离线核验"), "exchange:exchanges"),
)
