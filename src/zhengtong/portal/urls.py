"""Addresses of the cross-area pages."""

from django.urls import path

from zhengtong.portal import views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("inbox", views.inbox, name="inbox"),
    path("rules", views.rules, name="rules"),
    path("standards", views.standards, name="standards"),
    path("standards/codes/<slug:id>", views.codes, name="codes"),
    path("letters/<uuid:request_id>", views.letter, name="letter"),
    path("look", views.look, name="look"),
    path("language", views.language, name="language"),
]
