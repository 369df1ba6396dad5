"""Reading what a browser sends outside a form's fields (读取请求参数): bounded, without control characters."""

from django.http import HttpRequest

from zhengtong.kernel.paging import whole

TYPED_CHARS_MAX = 4_000
SOUGHT_CHARS_MAX = 40


def typed(request: HttpRequest, name: str) -> str:
    """A text of the body; a database cannot keep NUL, and nobody types it."""
    return request.POST.get(name, "").replace("\x00", "")[:TYPED_CHARS_MAX]


def sought(request: HttpRequest, name: str) -> str:
    """A short text of the address."""
    text = request.GET.get(name, "")[:SOUGHT_CHARS_MAX]
    return text if text.isprintable() else ""


def seen_version(request: HttpRequest) -> int | None:
    """The version the page was made from, if it says one."""
    return whole(request.POST.get("version", ""))
