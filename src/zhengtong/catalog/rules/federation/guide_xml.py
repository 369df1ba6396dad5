"""The catalogue as XML after the core metadata of GB/T 21063.3 and the 2017 guide (目录核心元数据 XML).

The element names are the Chinese names of the guide; the standard's own schema is not public, so the namespace
is ours and says so.
"""

from collections.abc import Iterable
from xml.etree import ElementTree

from zhengtong.catalog.rules.federation.records import Home, SharedEntry

NAMESPACE = "urn:zhengtong:catalogue:guide-2017"


def document(entries: Iterable[SharedEntry], home: Home, *, next_page: str = "") -> bytes:
    """A catalogue of these entries, UTF-8."""
    root = ElementTree.Element(
        "政务信息资源目录", {"xmlns": NAMESPACE, "发布方": home.publisher, "地址": home.catalogue()}
    )
    if next_page:
        root.set("下一页", next_page)
    for entry in entries:
        _entry(ElementTree.SubElement(root, "信息资源"), entry, home)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _entry(node: ElementTree.Element, entry: SharedEntry, home: Home) -> None:
    said = {
        "信息资源名称": entry.name,
        "信息资源代码": entry.code,
        "信息资源提供方": entry.provider,
        "信息资源提供方代码": entry.provider_code,
        "信息资源提供方内部部门": entry.office,
        "信息资源摘要": entry.abstract,
        "主题分类": entry.theme,
        "信息资源格式": entry.format,
        "共享类型": entry.share_type.guide_code,
        "共享条件": entry.conditions,
        "共享方式": " ".join(entry.share_modes),
        "是否向社会开放": "1" if entry.open_flag else "0",
        "开放条件": entry.open_conditions,
        "更新周期": entry.cycle,
        "依据": entry.legal_basis,
        "版本": str(entry.version),
        "发布日期": entry.issued_on.isoformat(),
        "更新日期": entry.modified_on.isoformat(),
        "在线链接地址": home.entry(entry.id),
    }
    for name, value in said.items():
        if value:
            ElementTree.SubElement(node, name).text = _clean(value)
    items = ElementTree.SubElement(node, "信息项")
    for item in entry.items:
        told = {"名称": item.name, "标识": item.code, "数据类型": item.data_type, "数据长度": item.length}
        attributes = {name: _clean(value) for name, value in told.items() if value}
        ElementTree.SubElement(items, "项", {**attributes, "共享类型": item.share_type.guide_code})


def _clean(text: str) -> str:
    """Without the characters that XML 1.0 has no way to write."""
    return "".join(one for one in text if one in "\t\n\r" or (ord(one) >= 0x20 and ord(one) not in (0xFFFE, 0xFFFF)))
