"""Errors of use cases on pages that go on (出错提示): beside a form, or on the next page.

An error that leaves a view is explained by the house (`config.explain`) with `ui/error.html`.
"""

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest

from zhengtong.kernel.errors import PlatformError
from zhengtong.ui.language import lang


def say(request: HttpRequest, error: PlatformError) -> None:
    """Show what happened and the remedy on the next page the reader sees."""
    messages.error(request, _whole(error))


def add_to(form: BaseForm, error: PlatformError) -> None:
    """Put what happened and the remedy into the summary above a form."""
    form.add_error(None, _whole(error))


def _whole(error: PlatformError) -> str:
    said, remedy = error.message(lang()), error.remedy(lang())
    if lang() == "en":
        return f"{said} {remedy}"
    return f"{said.rstrip('。')}。{remedy.rstrip('。')}。"
