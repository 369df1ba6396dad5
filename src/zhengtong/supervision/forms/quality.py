"""Form of data quality (数据质量表单)."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ProfileForm(forms.Form):
    """A node's profile of the table behind an entry (提交数据画像)."""

    file = forms.FileField(
        label=_("数据画像文件"), help_text=_("结点 zhengtong node profile 命令生成的文件；本系统只留比例和计数。")
    )
    table = forms.CharField(
        label=_("表名"),
        max_length=100,
        required=False,
        help_text=_("文件里有多张表的，写明是哪一张；不填则取信息项最多的表。"),
    )
