"""The API's addresses, app by app."""

from rest_framework.routers import SimpleRouter

router = SimpleRouter()
urls = (router.urls, "api")
