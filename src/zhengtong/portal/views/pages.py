"""Home, inbox, rules, standards, and how pages are shown (门户页面)."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from zhengtong.parties.web import ActorRequest, VisitorRequest, signed_in
from zhengtong.portal import accessbook, queries, rulebook, standardbook
from zhengtong.portal import inbox as inboxes
from zhengtong.portal.links import link
from zhengtong.ui.language import lang
from zhengtong.ui.look import Look

LANGUAGE_COOKIE_AGE_S = 365 * 24 * 3600


@require_safe
def home(request: VisitorRequest) -> HttpResponse:
    """The map of the mechanism and the few numbers, each with the list behind."""
    actor, clock = request.actor, request.clock
    page = {
        "figures": queries.figures(actor=actor, clock=clock),
        "groups": queries.groups(),
        "flow": queries.flow(),
        "waiting": inboxes.of_request(request)[: queries.HOME_LINES_MAX],
    }
    return render(request, "portal/home.html", page)


@require_safe
@signed_in
def inbox(request: ActorRequest) -> HttpResponse:
    """Today it is my turn."""
    told = inboxes.told(actor=request.actor, clock=request.clock)
    return render(request, "portal/inbox.html", {"lines": inboxes.of_request(request), "told": told})


@require_safe
def rules(request: VisitorRequest) -> HttpResponse:
    """The time limits, sharing types, duties and breaches in force, article by article."""
    actor, clock = request.actor, request.clock
    lines = rulebook.limits_in_force(actor=actor, clock=clock)
    page = {
        "lines": lines,
        "today": clock.today(),
        "types": rulebook.sharing_types(clock=clock),
        "articles": rulebook.articles_in_force(clock=clock),
        "own_url": link("standards:limits") if actor else "",
        "calendar_url": link("standards:calendar", str(clock.today().year)) if actor else "",
    }
    return render(request, "portal/rules.html", page)


@require_safe
def access(request: VisitorRequest) -> HttpResponse:
    """Who may look at what and do what (权限表): one table, the one the program obeys."""
    page = {"looking": accessbook.looking_lines(lang()), "doing": accessbook.doing_lines(lang())}
    return render(request, "portal/access.html", page)


@require_safe
def standards(request: VisitorRequest) -> HttpResponse:
    """Code lists, the metadata profile and the working-day calendar."""
    actor, clock = request.actor, request.clock
    page = {
        "lists": standardbook.lists(),
        "fields": standardbook.fields(),
        "elements": standardbook.elements(),
        "profiles": standardbook.profiles(),
        "calendar": standardbook.calendar(actor=actor, clock=clock),
        "year": clock.today().year,
    }
    return render(request, "portal/standards.html", page)


@require_safe
def codes(request: HttpRequest, id: str) -> HttpResponse:
    """One code list."""
    return render(request, "portal/codes.html", {"list": standardbook.codes(id)})


@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Remember how the reader wants to see pages."""
    answer = HttpResponseRedirect(_back(request))
    chosen = request.POST
    Look(large="large" in chosen, dark="dark" in chosen, contrast="contrast" in chosen).remember(answer)
    return answer


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remember the reader's language; an unknown one changes nothing."""
    answer = HttpResponseRedirect(_back(request))
    chosen = request.POST.get("language", "")
    if translation.check_for_language(chosen) and chosen in dict(settings.LANGUAGES):
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, chosen, max_age=LANGUAGE_COOKIE_AGE_S, samesite="Lax", httponly=True
        )
    return answer


def _back(request: HttpRequest) -> str:
    """Where the reader was; never another host."""
    wanted = request.POST.get("next", "/")
    allowed = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None, require_https=request.is_secure())
    return wanted if allowed and wanted.startswith("/") else "/"
