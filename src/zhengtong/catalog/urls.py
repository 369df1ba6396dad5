"""Addresses of the catalogue."""

from django.urls import path

from zhengtong.catalog import upload, views

app_name = "catalog"
urlpatterns = [
    path("", views.listing, name="list"),
    path("inbox", views.inbox, name="inbox"),
    path("mine", views.mine, name="mine"),
    path("intake", upload.intake, name="intake"),
    path("intake/forget/<uuid:decision>", upload.forget, name="forget-column"),
    path("new", views.Writing.as_view(), name="new"),
    path("<uuid:entry_id>", views.entry, name="entry"),
    path("<uuid:entry_id>/edit", views.Writing.as_view(), name="edit"),
    path("<uuid:entry_id>/act", views.act, name="act"),
]
