"""Printed papers (文书): request, reply and grant on A4, and the page that checks a code."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.portal import papers, queries
from zhengtong.sharing.queries import PaperKind


@require_safe
@signed_in
def request_paper(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """A received request as a paper to print (共享申请表)."""
    page = queries.request_sheet(actor=request.actor, request=request_id, clock=request.clock)
    facts = {"page": page, "r": page.line, **_code(request, PaperKind.REQUEST, page.line.number)}
    return render(request, "portal/request_paper.html", facts)


@require_safe
@signed_in
def letter(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """The signed reply to a request, as a paper to print (答复书)."""
    page = queries.letter(actor=request.actor, request=request_id, clock=request.clock)
    facts = {"page": page, "r": page.line, **_code(request, PaperKind.REPLY, page.line.number)}
    return render(request, "portal/letter.html", facts)


@require_safe
@signed_in
def grant_paper(request: ActorRequest, grant_id: UUID) -> HttpResponse:
    """What one organization may use, as a paper to print (授权清单)."""
    page = queries.grant_sheet(actor=request.actor, grant=grant_id, clock=request.clock)
    facts = {"page": page, "g": page.line, **_code(request, PaperKind.GRANT, page.line.number)}
    return render(request, "portal/grant_paper.html", facts)


@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """Check the code of a printed paper (文书核验); nothing of its content is shown."""
    typed = request.GET.get("code", "")[: papers.CODE_CHARS_MAX]
    checked = papers.check(typed) if typed.strip() else None
    return render(request, "portal/verify.html", {"code": typed, "checked": checked})


def _code(request: HttpRequest, kind: PaperKind, number: str) -> dict[str, str]:
    code = papers.paper_code(kind=kind, number=number)
    return {"verification": code, "verify_at": request.build_absolute_uri(reverse("portal:verify-document"))}
