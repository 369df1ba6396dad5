"""The frame of every page, filled in (页框): menu by role, counts, language, role bar, demo date."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.parties import queries as parties
from zhengtong.parties.queries import Place
from zhengtong.parties.rules import Role, role_label
from zhengtong.portal import inbox
from zhengtong.portal.links import link
from zhengtong.sharing.rules import may_order_any
from zhengtong.supervision import queries as supervision
from zhengtong.ui import dates
from zhengtong.ui.language import lang
from zhengtong.ui.look import Look
from zhengtong.ui.shell import MenuItem, Reader, Seat, Shell

INBOX = "portal:inbox"
NOTICE_READERS = frozenset({str(Role.AUDITOR)})  # heads of sharing offices come by the page of exchanges
PROTECTION_READERS = frozenset({str(Role.AUDITOR), str(Role.SECURITY_ADMIN)})


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Context processor: the `shell` that `ui/base.html` draws."""
    actor: Actor | None = getattr(request, "actor", None)
    clock: Clock | None = getattr(request, "clock", None)
    if clock is None:  # an answer made before the request had a clock: the bare frame
        return {"shell": Shell(name=_("政通"), look=Look.of(request))}
    return {
        "shell": Shell(
            name=_("政通"),
            menu=_menu(request, actor),
            reader=_reader(getattr(request, "place", None), actor),
            sign_in_url=link("parties:signin"),
            sign_out_url=link("parties:signout"),
            account_url=link("parties:account"),
            sign_in_action=link("parties:card"),
            seats=_seats(request, clock),
            tour_url=link("portal:tour") if settings.ZHENGTONG_DEMO else "",
            inbox_url=link(INBOX),
            search_url=link("catalog:list"),
            look_url=link("portal:look"),
            language_url=link("portal:language"),
            language=get_language() or "zh-hans",
            demo=bool(settings.ZHENGTONG_DEMO),
            today=clock.today(),
            look=Look.of(request),
            here=request.get_full_path() if request.method == "GET" else "/",
        )
    }


def _menu(request: HttpRequest, actor: Actor | None) -> tuple[MenuItem, ...]:
    entries: list[tuple[str, str, int | None]] = [("portal:home", _("首页"), None)]
    if actor is not None:
        entries.append((INBOX, _("今天轮到我"), len(inbox.of_request(request))))
    if actor is None:
        entries.append(("open:list", _("向社会开放的数据"), None))
    entries.append(("catalog:list", _("目录"), None))
    if actor is not None:
        entries += [
            ("sharing:requests", _("共享申请"), None),
            ("sharing:grants", _("共享许可"), None),
            ("sharing:corrections", _("校核"), None),
            ("sharing:demands", _("需求清单"), None),
            ("sharing:disputes", _("争议"), None),
            *([("supervision:findings", _("督办"), None)] if supervision.reads_findings(actor) else []),
            ("exchange:exchanges", _("交换记录"), None),
            ("exchange:nodes", _("结点"), None),
            *([("portal:audit", _("审计"), None)] if actor.has(Role.AUDITOR) else []),
            *([("exchange:notice", _("免予告知"), None)] if actor.roles & NOTICE_READERS else []),
            *([("portal:protection", _("密码与防护"), None)] if actor.roles & PROTECTION_READERS else []),
            *([("sharing:stops", _("紧急停用"), None)] if may_order_any(actor.roles) else []),
        ]
    entries.append(("portal:rules", _("期限与依据"), None))
    found = [(link(name), label, count) for name, label, count in entries]
    here = max((url for url, _label, _count in found if url and _below(request.path, url)), key=len, default="")
    return tuple(MenuItem(label=label, url=url, current=url == here, count=count) for url, label, count in found if url)


def _below(path: str, url: str) -> bool:
    return path == url or (url != "/" and path.startswith(url.rstrip("/") + "/"))


def _reader(place: Place | None, actor: Actor | None) -> Reader | None:
    if place is None or actor is None:
        return None
    acting_for = ""
    if place.standing_in:
        acting_for = _("{name}（{period}）").format(name=place.seat.officer_name, period=_period(place))
    return Reader(
        name=actor.name,
        organization=place.seat.organization.name,
        roles=tuple(role_label(role, lang()) for role in place.seat.roles),
        acting_for=acting_for,
        post=f"{place.seat.organization.short_name} {place.seat.title}",
    )


def _period(place: Place) -> str:
    """Since when and until when somebody stands in: 10月12日至10月16日."""
    if place.from_on is None or place.until_on is None:
        return ""
    since, until = dates.short_day(place.from_on, lang=lang()), dates.short_day(place.until_on, lang=lang())
    return _("{first}至{last}").format(first=since, last=until)


def _seats(request: HttpRequest, clock: Clock) -> tuple[Seat, ...]:
    if not settings.ZHENGTONG_DEMO:
        return ()
    place: Place | None = getattr(request, "place", None)
    account = getattr(request, "account_id", None)
    return tuple(
        Seat(
            name=card.officer_name,
            post=_post(card),
            account=str(card.account),
            seat=str(card.seat),
            current=place is not None and card.account == account and card.seat == place.seat.id,
        )
        for card in parties.sign_in_cards(on=clock.today())
    )


def _post(card: parties.SignInCard) -> str:
    post = f"{card.organization.short_name} {card.title}"
    return _("{post}（代{name}）").format(post=post, name=card.standing_in_for) if card.standing_in_for else post
