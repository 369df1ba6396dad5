"""Django settings (设置), all derived from `config.env`; nothing secret stands here."""

import secrets
from pathlib import Path
from typing import Any

from zhengtong.config import env
from zhengtong.config.caching import keep_vendored
from zhengtong.config.clock import current_clock
from zhengtong.parties.oidc import Issuer

ENV = env.settings()
SOURCE = Path(__file__).resolve().parents[1]
REQUEST_BYTES_MAX = 16 * 1024 * 1024
FORM_FIELDS_MAX = 2000
LOCK_WAIT_S = 20
SHORT_STATEMENTS = "-c jit=off -c max_parallel_workers_per_gather=0"  # helpers cost more than they save
MAIL_WAIT_S = 10  # for a mail server to answer


def _has(path: str) -> bool:
    return (SOURCE / path).is_file()


def _mail_password() -> str:
    held = ENV.keys / "smtp.password"
    return held.read_text(encoding="utf-8").strip() if held.is_file() else ""


def _secret() -> str:
    """The signing key made by `zhengtong center init`; before that one that lives with the process."""
    held = ENV.keys / "django.key"
    return held.read_text(encoding="ascii").strip() if held.is_file() else secrets.token_urlsafe(48)


def _issuer() -> Issuer | None:
    """The identity provider that may vouch for people; its secret is a file of the keys folder."""
    if ENV.identity is None:
        return None
    held = ENV.keys / "oidc.secret"
    secret = held.read_text(encoding="ascii").strip() if held.is_file() else ""
    return Issuer(ENV.identity.issuer, ENV.identity.client, ENV.identity.name, secret)


def _database() -> dict[str, Any]:
    held = ENV.database
    if held.is_sqlite:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": held.name,
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": LOCK_WAIT_S,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA cache_size=-20000;",
            },
        }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": held.name,
        "HOST": held.host,
        "PORT": str(held.port or ""),
        "USER": held.user,
        "PASSWORD": held.password,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"options": f"-c lock_timeout={LOCK_WAIT_S}s {SHORT_STATEMENTS}", **dict(held.options)},
    }


# --- what runs -------------------------------------------------------------------------------
DEBUG = False
ALLOWED_HOSTS = [*ENV.hosts, "testserver"] if ENV.demo else list(ENV.hosts)
SECRET_KEY = _secret()
ROOT_URLCONF = "zhengtong.config.urls"
WSGI_APPLICATION = "zhengtong.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

ZHENGTONG_HOME = ENV.home
ZHENGTONG_KEYS = ENV.keys
ZHENGTONG_DEMO = ENV.demo
ZHENGTONG_CLOCK = current_clock()
ZHENGTONG_ISSUER = _issuer()
ZHENGTONG_PASSWORDS = ENV.passwords
ZHENGTONG_ADDRESS = ENV.address
ZHENGTONG_WEBHOOK_HOSTS = ENV.webhook_hosts
ZHENGTONG_MAIL = ENV.mail is not None
if ENV.mail is not None:
    EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER = ENV.mail.host, ENV.mail.port, ENV.mail.user
    EMAIL_HOST_PASSWORD = _mail_password()
    EMAIL_USE_TLS, EMAIL_TIMEOUT = ENV.mail.tls, MAIL_WAIT_S
    DEFAULT_FROM_EMAIL = ENV.mail.sender

AREAS_RUNNING = [a for a in ("journal", *ENV.areas) if _has(f"{a}/apps.py")]
INSTALLED_APPS = [
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    *(["zhengtong.ui"] if _has("ui/apps.py") else []),
    *(f"zhengtong.{area}" for area in AREAS_RUNNING),
    "zhengtong.config",
]

MIDDLEWARE = [
    "zhengtong.config.middleware.RequestFacts",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "zhengtong.config.middleware.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    *(["zhengtong.parties.middleware.ActorMiddleware"] if _has("parties/middleware.py") else []),
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "zhengtong.config.middleware.Explained",
]

# --- state -----------------------------------------------------------------------------------
DATABASES = {"default": _database()}
ATOMIC_REQUESTS = False
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENV.https
SESSION_COOKIE_NAME = "zhengtong_session"
DATA_UPLOAD_MAX_MEMORY_SIZE = REQUEST_BYTES_MAX
FILE_UPLOAD_MAX_MEMORY_SIZE = REQUEST_BYTES_MAX
DATA_UPLOAD_MAX_NUMBER_FIELDS = FORM_FIELDS_MAX
DATA_UPLOAD_MAX_NUMBER_FILES = 20

# --- people ----------------------------------------------------------------------------------
if "parties" in AREAS_RUNNING:
    AUTH_USER_MODEL = "parties.Account"
LOGIN_URL = "parties:signin"
LOGIN_REDIRECT_URL = "/"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# --- language and time -----------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- pages -----------------------------------------------------------------------------------
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                *(["zhengtong.portal.shell.shell"] if "portal" in AREAS_RUNNING else []),
            ],
        },
    }
]
STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # no collectstatic step between the clone and the page
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ADD_HEADERS_FUNCTION = keep_vendored

# --- safety ----------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = False  # TLS ends before the gate
SECURE_HSTS_SECONDS = 31_536_000 if ENV.https else 0
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
CSRF_FAILURE_VIEW = "zhengtong.config.pages.csrf_failed"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"zhengtong": {"level": "INFO"}},
}
