"""Workbooks as offices make them (测试工作簿): titles, merged headings, blank rows, hidden columns, texts like =."""

import io
from collections.abc import Sequence

import xlsxwriter

TITLE = "望澜市政务信息资源目录（2026年）"
HEADINGS = (
    "信息资源名称",
    "信息资源提供方",
    "信息资源摘要",
    "更新周期",
    "信息项信息",
    "",
    "",
    "共享属性",
    "",
    "内部备注",
)
BELOW = ("", "", "", "", "信息项名称", "数据类型", "数据长度", "共享类型", "共享条件", "")
_LEASES = ("房屋租赁登记备案信息", "市住房和城乡建设局", "登记备案的租赁合同", "每月")
_AGAIN = ("", "", "", "")
ITEMS = (
    (*_LEASES, "备案证号", "字符型", "30", "有条件共享", "核查经营场所"),
    (*_AGAIN, "租期起", "日期型", "", "有条件共享", "核查经营场所"),
    (*_AGAIN, "面积", "数值型", "12,2", "无条件共享", ""),
    ("=SUM(A1:A9)", "市住房和城乡建设局", "名称以等号开头", "每年", "楼栋编码", "字符型", "20", "无条件共享", ""),
)


def guide_workbook() -> bytes:
    """A sheet of the national guide: title, merged heading of two rows, blank row, hidden column, merged cells."""
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("目录")
        sheet.merge_range(0, 0, 0, len(HEADINGS) - 1, TITLE)
        for column, heading in enumerate(HEADINGS):
            if column in (4, 7):
                width = 2 if column == 4 else 1
                sheet.merge_range(1, column, 1, column + width, heading)
            elif heading:
                sheet.merge_range(1, column, 2, column, heading)
        for column, heading in enumerate(BELOW):
            if heading:
                sheet.write_string(2, column, heading)
        for row, cells in enumerate(ITEMS, start=4):  # row 3 stays blank
            for column, cell in enumerate(cells):
                if not (column < 4 and row in (4, 5, 6)):
                    sheet.write_string(row, column, cell)
            sheet.write_string(row, 9, "经办人自用")
        for column in range(4):
            sheet.merge_range(4, column, 6, column, ITEMS[0][column])
        sheet.set_column(9, 9, 10, None, {"hidden": True})
        book.add_worksheet("填写说明").write_string(0, 0, "请逐项填写")
    return held.getvalue()


def plain_workbook(rows: Sequence[Sequence[str]], *, sheet: str = "Sheet1") -> bytes:
    """One sheet with these cells, all of them texts."""
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        page = book.add_worksheet(sheet)
        for n, cells in enumerate(rows):
            for m, cell in enumerate(cells):
                page.write_string(n, m, cell)
    return held.getvalue()
