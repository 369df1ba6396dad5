"""Pages of the provider (答复页面): the one notice, the extension, the reply item by item, the signature."""

from collections.abc import Callable
from uuid import UUID

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from zhengtong.kernel.errors import NotFound, PlatformError
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.sharing import queries, services
from zhengtong.sharing.forms import ExtensionForm, ReplyInput, SupplementForm
from zhengtong.sharing.offers import known_items
from zhengtong.sharing.rules import AskedItem, Outcome
from zhengtong.sharing.views.reading import seen_version
from zhengtong.ui import errors


@require_http_methods(["GET", "POST"])
@signed_in
def supplement(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """Tell the requester once what is missing (一次性告知)."""
    page = _page_for(request, request_id, "ask_supplement")
    form = SupplementForm(request.POST or None, gaps=[gap.field for gap in page.gaps])

    def act() -> None:
        services.ask_supplement(
            request=request_id,
            missing=tuple(form.cleaned_data["missing"]),
            note=form.cleaned_data["note"],
            actor=request.actor,
            clock=request.clock,
        )

    return _form_page(request, page, form, act=act, template="sharing/supplement.html")


@require_http_methods(["GET", "POST"])
@signed_in
def extension(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """Ask the authority for more days (报请延长)."""
    page = _page_for(request, request_id, "ask_extension")
    form = ExtensionForm(request.POST or None, limit_id=page.line.limit_id)

    def act() -> None:
        services.ask_extension(
            request=request_id,
            days=form.cleaned_data["days"],
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            clock=request.clock,
        )

    return _form_page(request, page, form, act=act, template="sharing/extension.html")


@require_http_methods(["GET", "POST"])
@signed_in
def reply(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """Answer item by item (逐项答复)."""
    page = _page_for(request, request_id, "prepare_reply")
    asked = {item.code: AskedItem(item.code, item.name, item.share_type) for item in page.items}
    items = [(code, item.name) for code, item in known_items(entry=page.line.entry, asked=asked).items()]
    form = ReplyInput(page, entry_items=items, data=request.POST or None)

    def act() -> None:
        services.prepare_reply(
            request=request_id,
            reply=form.value(),
            version=seen_version(request),
            actor=request.actor,
            clock=request.clock,
        )

    return _form_page(request, page, form, act=act, template="sharing/reply.html")


@require_http_methods(["GET", "POST"])
@signed_in
def sign(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """Read what was prepared and sign it (签发答复)."""
    page = _page_for(request, request_id, "consent")
    if request.method == "POST":
        try:
            services.sign_reply(
                request=request_id, version=seen_version(request), actor=request.actor, clock=request.clock
            )
            return redirect("sharing:request", request_id)
        except PlatformError as error:
            errors.say(request, error)
            return redirect("sharing:sign", request_id)
    return render(request, "sharing/sign.html", {"page": page, "r": page.line})


@require_GET
@signed_in
def answer(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """The signed reply, item by item: what is given, what is only compared, what is refused and why (逐项答复)."""
    page = queries.request(actor=request.actor, id=request_id, on=request.clock.today())
    if page.decided_at is None:
        raise NotFound("sharing.no_decision", id=str(request_id))
    groups = [
        {"outcome": outcome, "items": held}
        for outcome in Outcome
        if (held := [item for item in page.items if item.outcome is outcome])
    ]
    return render(request, "sharing/answer.html", {"page": page, "r": page.line, "groups": groups})


@require_GET
@signed_in
def decision(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """The canonical record of the decision, to keep and to check (决定记录)."""
    record = queries.decision_record(actor=request.actor, request=request_id)
    answer = HttpResponse(record, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="decision-{request_id}.json"'
    return answer


def _page_for(request: ActorRequest, request_id: UUID, verb: str) -> queries.RequestPage:
    """The request, if the reader may see it and `verb` is open to the reader now."""
    page = queries.request(actor=request.actor, id=request_id, on=request.clock.today())
    if verb not in page.verbs:
        raise NotFound("sharing.not_your_turn", number=page.line.number)
    return page


def _form_page(
    request: ActorRequest, page: queries.RequestPage, form: Form, *, act: Callable[[], object], template: str
) -> HttpResponse:
    """Show a form about a request; when it is sent and whole, act once and go back to the request."""
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            act()
            return redirect("sharing:request", page.line.id)
        except PlatformError as error:
            errors.add_to(form, error)
            status = error.status
    return render(request, template, {"page": page, "r": page.line, "form": form}, status=status)
