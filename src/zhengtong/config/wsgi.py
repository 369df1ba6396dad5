"""The plain WSGI application; `config.gate` stands in front of it."""

import os

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhengtong.config.settings")

application: WSGIHandler = get_wsgi_application()
