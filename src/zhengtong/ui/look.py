"""How the reader wants to see pages (显示设置): large type, dark, high contrast.

A cookie and a plain form; works without scripts.
"""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

COOKIE = "zt_look"
COOKIE_AGE_S = 365 * 24 * 3600
CHOICES = ("large", "dark", "contrast")  # 长辈版、深色、高对比度


@dataclass(frozen=True, slots=True)
class Look:
    large: bool = False
    dark: bool = False
    contrast: bool = False

    @classmethod
    def of(cls, request: HttpRequest) -> "Look":
        chosen = request.COOKIES.get(COOKIE, "").split(".")
        return cls(large="large" in chosen, dark="dark" in chosen, contrast="contrast" in chosen)

    def remember(self, response: HttpResponse) -> None:
        """Keep the choice in the cookie; nothing about the person is in it."""
        chosen = ".".join(name for name in CHOICES if getattr(self, name))
        response.set_cookie(COOKIE, chosen, max_age=COOKIE_AGE_S, samesite="Lax", httponly=True)
