"""Addresses of the exchange's pages (交换体系页面)."""

from django.urls import path

from zhengtong.exchange import views

app_name = "exchange"
urlpatterns = [
    path("", views.exchanges, name="exchanges"),
    path("flows", views.flows, name="flows"),
    path("notice", views.notice, name="notice"),
    path("notice/<uuid:exemption>/restore", views.notice_restore, name="notice-restore"),
    path("nodes", views.nodes, name="nodes"),
    path("nodes/invite", views.invite, name="invite"),
    path("nodes/<uuid:node>", views.node, name="node"),
    path("nodes/<uuid:node>/approve", views.approve, name="approve"),
    path("nodes/<uuid:node>/address", views.approve_address, name="approve-address"),
    path("nodes/<uuid:node>/<str:verb>", views.change, name="change"),
    path("grants/<uuid:grant>/use", views.grant_use, name="grant-use"),
    path("entries/<uuid:entry>/use", views.entry_use, name="entry-use"),
    path("records/<str:exchange>", views.exchange, name="exchange"),
]
