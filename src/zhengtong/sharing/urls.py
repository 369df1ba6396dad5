"""Where the pages of sharing are (网址)."""

from django.urls import path

from zhengtong.sharing.views import agreed, corrections, demands, disposals, disputes, grants, replies, requests, stops

app_name = "sharing"

urlpatterns = [
    path("", requests.listing, name="requests"),
    path("inbox", requests.inbox, name="inbox"),
    path("new", requests.new, name="new"),
    path("check", requests.check, name="check"),
    path("requests/<uuid:request_id>", requests.detail, name="request"),
    path("requests/<uuid:request_id>/edit", requests.edit, name="edit"),
    path("requests/<uuid:request_id>/act/<slug:verb>", requests.act, name="act"),
    path("requests/<uuid:request_id>/supplement", replies.supplement, name="supplement"),
    path("requests/<uuid:request_id>/supplement/answer", requests.answer_supplement, name="answer_supplement"),
    path("requests/<uuid:request_id>/extension", replies.extension, name="extension"),
    path("requests/<uuid:request_id>/reply", replies.reply, name="reply"),
    path("requests/<uuid:request_id>/sign", replies.sign, name="sign"),
    path("requests/<uuid:request_id>/answer", replies.answer, name="answer"),
    path("requests/<uuid:request_id>/decision", replies.decision, name="decision"),
    path("catalogue", agreed.listing, name="agreed"),
    path("grants", grants.listing, name="grants"),
    path("grants/<uuid:grant_id>", grants.detail, name="grant"),
    path("grants/<uuid:grant_id>/act/<slug:verb>", grants.act, name="grant_act"),
    path("grants/<uuid:grant_id>/disposal", disposals.detail, name="disposal"),
    path("corrections", corrections.listing, name="corrections"),
    path("corrections/new", corrections.new, name="new_correction"),
    path("corrections/<uuid:correction_id>", corrections.detail, name="correction"),
    path("corrections/<uuid:correction_id>/answer", corrections.answer, name="answer_correction"),
    path("corrections/<uuid:correction_id>/read", corrections.acknowledge, name="acknowledge_correction"),
    path("corrections/<uuid:correction_id>/value", corrections.open_value, name="open_disputed_value"),
    path("disputes", disputes.listing, name="disputes"),
    path("disputes/new/<slug:kind>/<uuid:about>", disputes.new, name="new_dispute"),
    path("disputes/<uuid:dispute_id>", disputes.detail, name="dispute"),
    path("disputes/<uuid:dispute_id>/act/<slug:verb>", disputes.act, name="dispute_act"),
    path("disputes/<uuid:dispute_id>/again", disputes.again, name="dispute_again"),
    path("stops", stops.listing, name="stops"),
    path("stops/new", stops.new, name="new_stop"),
    path("stops/<uuid:stop_id>", stops.detail, name="stop"),
    path("stops/<uuid:stop_id>/lift", stops.lift, name="lift_stop"),
    path("demands", demands.demands, name="demands"),
    path("demands/new", demands.new_demand, name="new_demand"),
    path("demands/board", demands.board, name="board"),
    path("demands/<uuid:demand_id>/help", demands.read_help, name="read_help"),
    path("demands/<uuid:demand_id>", demands.demand, name="demand"),
    path("demands/<uuid:demand_id>/act/<slug:verb>", demands.demand_act, name="demand_act"),
]
