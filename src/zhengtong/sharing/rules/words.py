"""Names in both languages (名称): one dataclass, so that no table of names forgets a language."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """A name in Chinese and English."""

    zh: str
    en: str


FIELD_WORDS: dict[str, Words] = {
    "legal_basis": Words("使用依据", "legal basis"),
    "scenario": Words("使用场景", "scenario"),
    "scope": Words("使用范围", "scope of use"),
    "modes": Words("共享方式", "mode of sharing"),
    "period": Words("使用时限", "period of use"),
    "purpose": Words("使用用途", "purpose"),
    "items": Words("信息项", "items"),
    "uses": Words("使用系统和事项", "systems and matters"),
}


def fields_zh(fields: list[str]) -> str:
    """Field names for a Chinese sentence."""
    return "、".join(FIELD_WORDS[field].zh for field in fields)


def fields_en(fields: list[str]) -> str:
    """Field names for an English sentence."""
    return ", ".join(FIELD_WORDS[field].en for field in fields)


MASK_WORDS: dict[str, Words] = {
    "citizen_id": Words("公民身份号码：留前6后4", "citizen number: first 6, last 4"),
    "citizen_id_public": Words("公民身份号码：留前1后1", "citizen number: first and last"),
    "name": Words("姓名：留姓", "name: surname only"),
    "name_public": Words("姓名：留首字", "name: first character"),
    "phone": Words("手机：留前3后4", "mobile: first 3, last 4"),
    "phone_public": Words("手机：留前3", "mobile: first 3"),
    "address": Words("地址：到乡镇街道", "address: to the street office"),
    "address_county": Words("地址：到县区", "address: to the district"),
    "bank_account": Words("银行账号：留后4", "account: last 4"),
    "email": Words("邮箱：留首字符和域名", "e-mail: first character and domain"),
    "plate": Words("车牌：留省市码和后2", "plate: region and last 2"),
    "pseudonym": Words("假名（每个许可一把密钥）", "pseudonym, a key for each grant"),
    "null": Words("不给值", "no value"),
}

EVENT_WORDS: dict[str, Words] = {
    "sharing.stop.ordered": Words("紧急停用", "emergency stop"),
    "sharing.stop.lifted": Words("恢复", "lifted"),
    "sharing.dispute.opened": Words("提出争议，开始协商", "dispute raised, negotiation begins"),
    "sharing.dispute.mediation-asked": Words("协商不成，申请协调", "negotiation failed, mediation asked"),
    "sharing.dispute.taken-up": Words("受理协调", "mediation taken up"),
    "sharing.dispute.minuted": Words("记录协调经过", "mediation put on record"),
    "sharing.dispute.agreed": Words("达成一致", "agreed"),
    "sharing.dispute.referred": Words("报请政府决定", "referred to the government"),
    "sharing.dispute.ruled": Words("政府作出决定", "decided by the government"),
    "sharing.dispute.followed-up": Words("依协调意见重新提交申请", "request put anew"),
    "sharing.dispute.executed": Words("已执行", "carried out"),
    "sharing.dispute.withdrawn": Words("撤回", "withdrawn"),
    "sharing.request.drafted": Words("起草申请", "drafted"),
    "sharing.request.renewal-asked": Words("续期或者扩大现有许可", "renews or widens a grant"),
    "sharing.request.merged": Words("并入其他草稿", "other drafts taken in"),
    "sharing.request.parted": Words("拆出另一件申请", "part of it asked for apart"),
    "sharing.request.submitted": Words("报本部门负责人", "put before the own head"),
    "sharing.request.returned": Words("退回修改", "returned"),
    "sharing.request.own-approved": Words("本部门同意", "approved by the own head"),
    "sharing.request.received": Words("提供方收到，开始计时", "received, the clock starts"),
    "sharing.request.supplement-asked": Words("一次性告知补充材料", "told what is missing"),
    "sharing.request.supplemented": Words("补充材料，重新计时", "supplemented, the clock restarts"),
    "sharing.request.extension-asked": Words("报请延长", "extension asked"),
    "sharing.request.extended": Words("同意延长，已告知使用方", "extended, requester told"),
    "sharing.request.extension-declined": Words("不同意延长", "extension declined"),
    "sharing.request.reply-prepared": Words("拟写答复", "reply prepared"),
    "sharing.request.reply-signed": Words("初签，待复核", "signed once, awaits a second"),
    "sharing.request.decided": Words("签发答复", "reply signed"),
    "sharing.request.withdrawn": Words("撤回", "withdrawn"),
    "sharing.grant.issued": Words("签发许可", "issued"),
    "sharing.grant.delivered": Words("已提供", "delivered"),
    "sharing.grant.suspended": Words("暂停", "suspended"),
    "sharing.grant.lifted": Words("恢复", "suspension lifted"),
    "sharing.grant.terminated": Words("终止", "ended early"),
    "sharing.grant.expired": Words("到期", "expired"),
    "sharing.correction.filed": Words("提出校核申请，开始计时", "filed, the clock starts"),
    "sharing.correction.answered": Words(
        "提供方核实并反馈，已告知读过该项的机构", "verified and answered, readers told"
    ),
    "sharing.correction.acknowledged": Words("被告知的机构已知悉", "read by an organization that was told"),
    "sharing.correction.cases-flagged": Words("标记使用过该值的办件，照常办理", "cases flagged, which go on"),
    "sharing.person.taken": Words("登记个人更正请求，开始计时", "taken down, the clock starts"),
    "sharing.person.passed-on": Words("转提供方校核", "passed on to the provider"),
    "sharing.person.verified": Words("核实，已告知读过该项的机构", "verified, readers told"),
    "sharing.person.told": Words("告知本人", "the person was told"),
    "sharing.person.withdrawn": Words("本人撤回", "withdrawn by the person"),
    "sharing.person.acknowledged": Words("被告知的机构已知悉", "read by an organization that was told"),
    "sharing.person.cases-flagged": Words("标记使用过该值的办件，照常办理", "cases flagged, which go on"),
    "sharing.disposal.owed": Words("许可结束，数据待处置", "ended, the data are to be disposed of"),
    "sharing.disposal.reported": Words("使用方报告处置情况", "the consumer reported the disposal"),
    "sharing.disposal.accepted": Words("提供方确认处置", "the provider accepted the disposal"),
    "sharing.disposal.asked-again": Words("提供方要求重新处置", "the provider asked for it again"),
    "sharing.maintenance.announced": Words("通知计划维护", "maintenance announced"),
    "sharing.maintenance.cancelled": Words("取消计划维护", "maintenance cancelled"),
    "sharing.takeover.filed": Words("登记既有共享", "existing sharing filed"),
    "sharing.takeover.confirmed": Words("提供方确认，签发许可", "confirmed by the provider, grant issued"),
    "sharing.takeover.declined": Words("提供方不确认", "declined by the provider"),
    "sharing.grant.taken-over": Words("接管既有共享", "existing sharing taken over"),
    "sharing.grant.reviewed": Words("提供方复核", "reviewed by the provider"),
    "sharing.change.proposed": Words("提供方提出终止或者变更服务", "an end or change of service proposed"),
    "sharing.change.answered": Words("使用方答复", "the consumer answered"),
    "sharing.change.followed": Words("按协调意见或者政府决定办理", "the settlement or decision is followed"),
    "sharing.change.filed": Words("报主管部门备案", "filed with the authority"),
    "sharing.change.noted": Words("主管部门收到备案", "the authority took note"),
    "sharing.change.effective": Words("生效", "took effect"),
    "sharing.change.withdrawn": Words("提供方撤回", "withdrawn by the provider"),
    "sharing.change.lapsed": Words("许可已先结束", "the grant ended before"),
    "sharing.grant.changed": Words("条款变更生效", "new terms"),
    "sharing.demand.raised": Words("提出共享需求", "raised"),
    "sharing.demand.coordinated": Words("主管部门协调", "coordinated by the data authority"),
    "sharing.demand.source-named": Words("主管部门明确数源部门", "source department named"),
    "sharing.demand.linked": Words("对应到目录条目", "linked to an entry"),
    "sharing.demand.help-offered": Words("提供指导和服务", "help offered"),
    "sharing.demand.help-read": Words("需求部门已阅", "help read"),
    "sharing.demand.met": Words("需求已满足", "met"),
    "sharing.demand.withdrawn": Words("撤回需求", "withdrawn"),
}
END_WORDS: dict[str, Words] = {
    "terminate": Words("违规使用未整改，终止共享", "ended: misuse not put right"),
    "revoke": Words("提供方协商并备案后收回", "revoked by the provider after negotiation and filing"),
    "supersede": Words("由续期或者扩大的新许可接替", "superseded by the grant that renews or widens it"),
    "relinquish": Words("使用方交回", "handed back by the consumer"),
    "expire": Words("使用时限届满", "the period of use is over"),
}
