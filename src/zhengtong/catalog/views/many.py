"""The page on which many entries are changed at once (批量修改页面): choose, look, apply."""

from collections.abc import Mapping
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from zhengtong.catalog import queries, services
from zhengtong.catalog.forms import ManyForm
from zhengtong.catalog.rules.many import ENTRIES_AT_ONCE
from zhengtong.kernel.errors import NotFound, PlatformError
from zhengtong.kernel.paging import whole
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.ui import errors

TEXT_CHARS_MAX = 100


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def many(request: ActorRequest) -> HttpResponse:
    """Choose own entries, set fields, see per entry what would change and how it is classed, then apply."""
    if not queries.may_change_many(request.actor):
        raise NotFound("catalog.no_entry", which="")
    if request.method != "POST":
        return _page(request, ManyForm())
    form, versions, changes = ManyForm(request.POST), _versions(request.POST), ()
    status = 422
    if form.is_valid():
        try:
            if request.POST.get("do") == "apply":
                services.edit_many(
                    versions=versions, fields=form.cleaned_data, actor=request.actor, clock=request.clock
                )
                return redirect("catalog:mine")
            changes = queries.many_changes(entries=versions, fields=form.cleaned_data, actor=request.actor)
            status = 200
        except PlatformError as error:
            errors.add_to(form, error)
            status = error.status
    return _page(request, form, versions=versions, changes=changes if versions else (), status=status)


def _page(
    request: ActorRequest,
    form: ManyForm,
    *,
    versions: Mapping[UUID, int] | None = None,
    changes: tuple[queries.ManyChange, ...] = (),
    status: int = 200,
) -> HttpResponse:
    text, theme = request.GET.get("text", "")[:TEXT_CHARS_MAX], request.GET.get("theme", "")[:10]
    lines = queries.many_lines(actor=request.actor, text=text, theme=theme)
    context = {
        "form": form, "lines": lines, "chosen": set(versions or ()), "changes": changes, "text": text,
        "most": ENTRIES_AT_ONCE,
    }  # fmt: skip
    return render(request, "catalog/many.html", context, status=status)


def _versions(data: QueryDict) -> dict[UUID, int]:
    """The entries that were ticked, with the version that was shown: `entry=<id>:<version>`."""
    found = dict[UUID, int]()
    for text in data.getlist("entry")[: ENTRIES_AT_ONCE + 1]:
        key, _, version = text.partition(":")
        try:
            found[UUID(key)] = whole(version) or 0
        except ValueError:
            continue
    return found
