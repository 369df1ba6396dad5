"""Form fields that people of both languages fill in alike (表单字段)."""

import re
import unicodedata
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengtong.ui.language import lang

DAY_CHARS_MAX = 20
FORMATS = ("%Y-%m-%d", "%Y年%m月%d日", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d %b %Y", "%d %B %Y")

_SPACED = re.compile(r"\s*([年月日])\s*")


class DayInput(forms.DateInput):
    """A day as the reader writes days; the browser's own picker shows its own country's order instead."""

    def format_value(self, value: Any) -> str | None:  # Any: Django's own signature
        if not isinstance(value, date):
            return value or None
        return f"{value.year}年{value.month}月{value.day}日" if lang() == "zh" else value.isoformat()


class DayField(forms.DateField):
    """A legal day (日期): 2026年10月16日, 2026-10-16, 2026/10/16, 20261016; full-width digits too."""

    widget = DayInput(attrs={"inputmode": "text", "autocomplete": "off", "maxlength": DAY_CHARS_MAX})
    default_error_messages = {"invalid": _("看不懂这个日期，写成 2026年10月16日 或者 2026-10-16")}

    def __init__(self, **kwargs: Any) -> None:  # Any: the options of DateField
        kwargs.setdefault("help_text", _("写成 2026年10月16日 或者 2026-10-16"))
        super().__init__(input_formats=FORMATS, **kwargs)

    def to_python(self, value: Any) -> date | None:  # Any: Django's own signature
        if isinstance(value, str):
            value = _SPACED.sub(r"\1", unicodedata.normalize("NFKC", value)).strip()
        return super().to_python(value)
