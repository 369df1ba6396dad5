"""Form fields and languages of the pages need Django's translations, though no database."""

import django

django.setup()
