"""Addresses of the catalogue."""

from django.urls import path

from zhengtong.catalog import upload
from zhengtong.catalog.views import (
    ckan,
    conformity,
    derivations,
    duties,
    entries,
    following,
    harvest,
    lists,
    many,
    passing,
)

app_name = "catalog"
urlpatterns = [
    path("", entries.listing, name="list"),
    path("sources", harvest.listing, name="sources"),
    path("sources/<str:code>", harvest.source, name="source"),
    path("inbox", entries.inbox, name="inbox"),
    path("conformity", conformity.listing, name="conformity"),
    path("duties", duties.duties, name="duties"),
    path("duties/<uuid:document_id>", duties.document, name="document"),
    path("duties/<uuid:document_id>/<slug:verb>", duties.document_act, name="document-act"),
    path("negative", lists.negative, name="negative"),
    path("shared", lists.shared, name="shared"),
    path("responsibilities", lists.responsibilities, name="responsibilities"),
    path("export.<str:form>", passing.whole_file, name="export"),
    path("mine", entries.mine, name="mine"),
    path("many", many.many, name="many"),
    path("intake", upload.intake, name="intake"),
    path("intake/forget/<uuid:decision>", upload.forget, name="forget-column"),
    path("new", entries.Writing.as_view(), name="new"),
    path("<uuid:entry_id>", entries.entry, name="entry"),
    path("<uuid:entry_id>/edit", entries.Writing.as_view(), name="edit"),
    path("<uuid:entry_id>/act", entries.act, name="act"),
    path("<uuid:entry_id>/follow/<slug:verb>", following.follow, name="follow"),
    path("<uuid:entry_id>/source", derivations.ask, name="ask-source"),
    path("derivations/<uuid:derivation_id>", derivations.derivation, name="derivation"),
    path("derivations/<uuid:derivation_id>/<slug:verb>", derivations.act, name="derivation-act"),
    path("notices/<uuid:notice_id>", following.take_note, name="take-note"),
]

# For everybody, no account needed (向社会开放的地址); they stand at the root.
for_everybody = (
    [
        path("open", passing.listing, name="list"),
        path("open/catalog.<str:form>", passing.open_file, name="file"),
        path("open/<uuid:entry_id>", passing.entry, name="entry"),
        path("data.json", passing.data_json, name="data-json"),
        path("api/3/action/<slug:name>", ckan.action, name="ckan"),
        path("api/action/<slug:name>", ckan.action),  # as CKAN's own client asks
    ],
    "open",
)
