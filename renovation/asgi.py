"""The ASGI entry point: any ASGI server, renovation.asgi."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "renovation.settings")
application = get_asgi_application()
