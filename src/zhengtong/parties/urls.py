"""Addresses of sign-in and roles."""

from django.urls import path

from zhengtong.parties.views import accounts, identity, substitutes

app_name = "parties"
urlpatterns = [
    path("signin", accounts.SignIn.as_view(), name="signin"),
    path("signin/code", accounts.Code.as_view(), name="code"),
    path("signin/identity", identity.leave, name="identity"),
    path("signin/identity/back", identity.arrive, name="identity-back"),
    path("account", accounts.OwnAccount.as_view(), name="account"),
    path("signin/card", accounts.card, name="card"),
    path("signin/seat", accounts.seat, name="seat"),
    path("signout", accounts.sign_out, name="signout"),
    path("substitutes", substitutes.substitutes, name="substitutes"),
    path("substitutes/<uuid:substitution_id>/end", substitutes.end, name="end-substitution"),
    path("roles", accounts.roles, name="roles"),
]
