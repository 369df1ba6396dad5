"""Pages of data quality (数据质量页面, 条例 第三十八条)."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from zhengtong.catalog import services as catalog
from zhengtong.catalog.rules.profiles import PROFILE_BYTES_MAX
from zhengtong.kernel.errors import NotFound, PlatformError
from zhengtong.kernel.paging import sought
from zhengtong.parties import queries as parties
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.supervision import queries
from zhengtong.supervision.forms import ProfileForm
from zhengtong.supervision.rules.quality import CHECK_WORDS, PART_WORDS, Part
from zhengtong.supervision.templatetags.supervision_words import said
from zhengtong.ui import errors, tables

SORTS = {"code", "score", "known", *Part}
NOTHING = -1  # stands below every score


@require_safe
@signed_in
def listing(request: ActorRequest) -> HttpResponse:
    """The entries of a department by their score (数据质量)."""
    cards = parties.organizations(actor=request.actor)
    own = next((card.code for card in cards if card.id == request.actor.organization), "")
    code = sought(request.GET.get("department", ""))[:40] or own
    lines = queries.qualities(actor=request.actor, department=code, on=request.clock.today()) if code else ()
    lines = _sorted(lines, request.GET.get("sort", ""))
    headings = [_("代码"), _("资源"), _("得分"), *(said(PART_WORDS[part]) for part in Part), _("已知"), _("怎样改进")]
    rows = (
        (
            line.code, line.name, _points(line.score.permille), *(_points(line.score.part(part)) for part in Part),
            _points(line.score.known), "；".join(said(CHECK_WORDS[one.id][1]) for one in line.score.to_improve),
        )
        for line in lines
    )  # fmt: skip
    file = tables.download(request.GET.get("format", ""), name=f"quality-{code}", headings=headings, rows=rows)
    return file or render(
        request, "supervision/qualities.html", {"lines": lines, "cards": cards, "department": code, "parts": [*Part]}
    )


def _sorted(lines: tuple[queries.QualityLine, ...], sort: str) -> tuple[queries.QualityLine, ...]:
    name = sort.removeprefix("-")
    if name not in SORTS:
        return lines

    def key(line: queries.QualityLine) -> tuple[int, str]:
        if name in tuple(Part):
            found = line.score.part(Part(name))
            return (NOTHING if found is None else found, line.code)
        return ({"score": line.score.permille, "known": line.score.known}.get(name, 0), line.code)

    return tuple(sorted(lines, key=key, reverse=sort.startswith("-")))


def _points(permille: int | None) -> int | None:
    return None if permille is None else round(permille / 10)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def entry(request: ActorRequest, entry_id: UUID) -> HttpResponse:
    """One entry, check by check, and a profile of its data to file (质量评分、提交数据画像)."""
    line = queries.quality(actor=request.actor, entry=entry_id, on=request.clock.today())
    posted = request.method == "POST"
    form, status = ProfileForm(request.POST, request.FILES) if posted else ProfileForm(), 200
    if posted:
        if not line.may_file:
            raise NotFound("catalog.no_entry", which=str(entry_id))
        status = 422
        if form.is_valid():
            try:
                catalog.file_data_profile(
                    entry=entry_id, body=form.cleaned_data["file"].read(PROFILE_BYTES_MAX + 1),
                    table=form.cleaned_data["table"], actor=request.actor, clock=request.clock,
                )  # fmt: skip
                return redirect("supervision:quality", entry_id)
            except PlatformError as error:
                errors.add_to(form, error)
                status = error.status
    return render(request, "supervision/quality.html", {"line": line, "form": form, "parts": [*Part]}, status=status)
