"""What people type to sign in (登录表单)."""

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengtong.parties.services.sign_in import PASSWORD_CHARACTERS_MAX


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
