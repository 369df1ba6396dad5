"""Where the pages of standards are (网址)."""

from django.urls import path

from zhengtong.standards import views

app_name = "standards"

urlpatterns = [
    path("limits", views.limits, name="limits"),
    path("limits/<slug:limit_id>", views.limit, name="limit"),
    path("calendar/<int:year>", views.calendar, name="calendar"),
]
