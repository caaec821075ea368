"""The masthead's menu: what a user may see, and where they are."""

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

# label, url name, action in the permission table, url prefix that is "here"
MENU = (
    (_("Overview"), "analytics:dashboard", "dashboard.see", ("/dashboard/", "/figures/")),
    (_("Communities"), "communities:list", "communities.see", ("/communities/", "/households/")),
    (_("Plans and projects"), "projects:list", "projects.see", ("/projects/", "/plans/")),
    (_("Enter progress"), "projects:entry", "progress.enter", ("/progress/",)),
    (_("Excel"), "spreadsheets:list", "exports.run", ("/spreadsheets/",)),
    (_("Regions"), "regions:list", "regions.see", ("/regions/",)),
    (_("Accounts"), "accounts:list", "accounts.see", ("/people/",)),
    (_("Audit trail"), "audit:list", "audit.see", ("/audit/",)),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `navigation`, a list of label, url, current."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"navigation": []}
    items = []
    for label, name, action, prefixes in MENU:
        if user.may(action):
            try:
                items.append({"label": label, "url": reverse(name), "current": request.path.startswith(prefixes)})
            except NoReverseMatch:
                continue
    return {"navigation": items}
