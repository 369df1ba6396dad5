"""Addresses of the cross-area pages."""

from django.urls import path

from zhengtong.portal.views import audit, calendar, handovers, pages, papers, protection, retention, tour

app_name = "portal"
urlpatterns = [
    path("", pages.home, name="home"),
    path("inbox", pages.inbox, name="inbox"),
    path("calendar", calendar.month, name="calendar"),
    path("calendar/<str:token>.ics", calendar.feed, name="calendar-feed"),
    path("calendar/feed/<slug:verb>", calendar.change, name="calendar-change"),
    path("handovers", handovers.listing, name="handovers"),
    path("handovers/new", handovers.new, name="new-handover"),
    path("handovers/<uuid:handover_id>", handovers.sheet, name="handover"),
    path("handovers/<uuid:handover_id>/take", handovers.take, name="take-handover"),
    path("tour", tour.tour, name="tour"),
    path("tour/go", tour.go, name="tour-go"),
    path("rules", pages.rules, name="rules"),
    path("rules/access", pages.access, name="access"),
    path("retention", retention.retention, name="retention"),
    path("retention/<slug:kind>", retention.period, name="period"),
    path("protection", protection.protection, name="protection"),
    path("audit", audit.audit, name="audit"),
    path("standards", pages.standards, name="standards"),
    path("standards/codes/<slug:id>", pages.codes, name="codes"),
    path("papers/requests/<uuid:request_id>", papers.request_paper, name="request-paper"),
    path("papers/grants/<uuid:grant_id>", papers.grant_paper, name="grant-paper"),
    path("letters/<uuid:request_id>", papers.letter, name="letter"),
    path("verify", papers.verify, name="verify-document"),
    path("look", pages.look, name="look"),
    path("language", pages.language, name="language"),
]
