"""Where the pages of supervision are (网址)."""

from django.urls import path, re_path

from zhengtong.supervision.views import budget, directives, findings, guarantee, projects, quality, reports

app_name = "supervision"
_MONTH = r"(?P<month>[0-9]{4}-[0-9]{2})"
_CODE = r"(?P<code>[0-9A-Za-z_-]{1,40})"

urlpatterns = [
    path("", findings.findings, name="findings"),
    path("quality", quality.listing, name="qualities"),
    path("quality/<uuid:entry_id>", quality.entry, name="quality"),
    path("projects", projects.projects, name="projects"),
    path("projects/new", projects.new_project, name="new_project"),
    path("projects/<uuid:project_id>", projects.project, name="project"),
    path("projects/<uuid:project_id>/<slug:verb>", projects.project_act, name="project_act"),
    path("budget", budget.budget, name="budget"),
    path("budget/new", budget.new_line, name="new_budget_line"),
    path("budget/<uuid:line_id>", budget.line, name="budget_line"),
    path("budget/<uuid:line_id>/<slug:verb>", budget.line_act, name="budget_act"),
    path("directives", directives.directives, name="directives"),
    path("directives/new", directives.new_order, name="new_order"),
    path("directives/<uuid:directive_id>", directives.directive, name="directive"),
    path("directives/<uuid:directive_id>/<slug:verb>", directives.directive_act, name="directive_act"),
    path("meetings", directives.meetings, name="meetings"),
    path("meetings/new", directives.new_meeting, name="new_meeting"),
    path("meetings/<uuid:meeting_id>", directives.meeting, name="meeting"),
    path("bulletins", directives.bulletins, name="bulletins"),
    path("bulletins/new", directives.new_bulletin, name="new_bulletin"),
    path("bulletins/<uuid:bulletin_id>", directives.bulletin, name="bulletin"),
    path("bulletins/<uuid:bulletin_id>/content.json", directives.bulletin_content, name="bulletin_content"),
    path("bulletins/<uuid:bulletin_id>/read", directives.read_bulletin, name="read_bulletin"),
    path("guarantee", guarantee.guarantee, name="guarantee"),
    re_path(rf"^guarantee/{_CODE}$", guarantee.department, name="guarantee_of"),
    re_path(rf"^guarantee/{_CODE}/(?P<what>[a-z]{{1,12}})$", guarantee.act, name="guarantee_act"),
    path("<uuid:finding_id>", findings.finding, name="finding"),
    path("<uuid:finding_id>/<slug:verb>", findings.act, name="act"),
    path("report", reports.report_now, name="report_now"),
    re_path(rf"^report/{_MONTH}$", reports.report, name="report"),
    re_path(rf"^report/{_MONTH}/sheet\.xlsx$", reports.sheet, name="report_xlsx"),
    re_path(rf"^report/{_MONTH}/of/{_CODE}$", reports.department, name="report_department"),
    re_path(rf"^report/{_MONTH}/of/{_CODE}/(?P<figure>[a-z_]{{1,40}})$", reports.behind, name="behind"),
]
