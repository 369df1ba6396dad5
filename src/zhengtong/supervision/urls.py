"""Where the pages of supervision are (网址)."""

from django.urls import path, re_path

from zhengtong.supervision import views

app_name = "supervision"
_MONTH = r"(?P<month>[0-9]{4}-[0-9]{2})"
_CODE = r"(?P<code>[0-9A-Za-z_-]{1,40})"

urlpatterns = [
    path("", views.findings, name="findings"),
    path("projects", views.projects, name="projects"),
    path("projects/new", views.new_project, name="new_project"),
    path("projects/<uuid:project_id>", views.project, name="project"),
    path("projects/<uuid:project_id>/<slug:verb>", views.project_act, name="project_act"),
    path("<uuid:finding_id>", views.finding, name="finding"),
    path("<uuid:finding_id>/<slug:verb>", views.act, name="act"),
    path("report", views.report_now, name="report_now"),
    re_path(rf"^report/{_MONTH}$", views.report, name="report"),
    re_path(rf"^report/{_MONTH}/sheet\.xlsx$", views.sheet, name="report_xlsx"),
    re_path(rf"^report/{_MONTH}/of/{_CODE}$", views.department, name="report_department"),
    re_path(rf"^report/{_MONTH}/of/{_CODE}/(?P<figure>[a-z_]{{1,40}})$", views.behind, name="behind"),
]
