"""What people type to sign in (登录表单)."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengtong.parties.queries.reminding import DAYS_BEFORE_MAX
from zhengtong.parties.services.sign_in import CODE_CHARACTERS_MAX, PASSWORD_CHARACTERS_MAX


class CodeForm(forms.Form):
    """A one-time code (动态口令)."""

    code = forms.CharField(
        label=_("动态口令"), max_length=CODE_CHARACTERS_MAX, help_text=_("手机验证器上当前显示的六位数字"),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )  # fmt: skip


class ProofForm(forms.Form):
    """The password once more, before the account itself is changed (再次验证)."""

    old = forms.CharField(
        label=_("密码"), max_length=PASSWORD_CHARACTERS_MAX,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: Django's own
        super().__init__(*args, auto_id="id_proof_%s", **kwargs)


class NewPasswordForm(forms.Form):
    """A new password of one's own (修改密码)."""

    old = forms.CharField(
        label=_("原密码"), max_length=PASSWORD_CHARACTERS_MAX,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip
    new = forms.CharField(
        label=_("新密码"), max_length=PASSWORD_CHARACTERS_MAX,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    again = forms.CharField(
        label=_("再输一遍新密码"), max_length=PASSWORD_CHARACTERS_MAX,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:  # Any: Django's own
        held = super().clean() or self.cleaned_data
        if held.get("new") and held.get("again") and held["new"] != held["again"]:
            self.add_error("again", _("两次输入的新密码不一样"))
        return held


class ReminderForm(forms.Form):
    """How the holder of an account is reminded (提醒方式)."""

    by_mail = forms.BooleanField(label=_("每天用邮件提醒到期和逾期的事项"), required=False)
    days_before = forms.IntegerField(
        label=_("提前几天"), min_value=0, max_value=DAYS_BEFORE_MAX, help_text=_("邮件只写编号、办什么、期限和地址。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: Django's own
        super().__init__(*args, auto_id="id_reminder_%s", **kwargs)


class SubstituteForm(forms.Form):
    """Who is away, who stands in, from when until when (代岗)."""

    absent = forms.ChoiceField(label=_("离岗人员"))
    substitute = forms.ChoiceField(label=_("代岗人员"))
    from_on = forms.DateField(label=_("开始日期"), widget=forms.DateInput(attrs={"type": "date"}))
    until_on = forms.DateField(label=_("最后一天"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label=_("事由"), max_length=200)

    def __init__(
        self, absent: Iterable[tuple[str, str]], officers: Iterable[tuple[str, str]],
        data: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(data)
        for name, choices in (("absent", absent), ("substitute", officers)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", "—"), *choices]


class PasswordForm(forms.Form):
    """Login name and password."""

    login = forms.CharField(
        label=_("登录名"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label=_("密码"),
        max_length=PASSWORD_CHARACTERS_MAX,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
