"""Addresses of the catalogue."""

from django.urls import path

from zhengtong.catalog import upload
from zhengtong.catalog.views import entries, lists

app_name = "catalog"
urlpatterns = [
    path("", entries.listing, name="list"),
    path("inbox", entries.inbox, name="inbox"),
    path("negative", lists.negative, name="negative"),
    path("mine", entries.mine, name="mine"),
    path("intake", upload.intake, name="intake"),
    path("intake/forget/<uuid:decision>", upload.forget, name="forget-column"),
    path("new", entries.Writing.as_view(), name="new"),
    path("<uuid:entry_id>", entries.entry, name="entry"),
    path("<uuid:entry_id>/edit", entries.Writing.as_view(), name="edit"),
    path("<uuid:entry_id>/act", entries.act, name="act"),
]
