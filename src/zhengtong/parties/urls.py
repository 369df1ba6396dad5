"""Addresses of sign-in and roles."""

from django.urls import path

from zhengtong.parties import views

app_name = "parties"
urlpatterns = [
    path("signin", views.SignIn.as_view(), name="signin"),
    path("signin/code", views.Code.as_view(), name="code"),
    path("account", views.OwnAccount.as_view(), name="account"),
    path("signin/card", views.card, name="card"),
    path("signin/seat", views.seat, name="seat"),
    path("signout", views.sign_out, name="signout"),
    path("roles", views.roles, name="roles"),
]
