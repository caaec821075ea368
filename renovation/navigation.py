"""The masthead's menu: what a user may see, and where they are."""

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

# label, url name, action in the permission table, url prefix that is "here"
MENU = (
    (_("Overview"), "analytics:dashboard", "dashboard.see", ("/dashboard/", "/figures/")),
    (_("Communities"), "communities:list", "communities.see", ("/communities/", "/households/")),
    (_("Plans and projects"), "projects:list", "projects.see", ("/projects/", "/plans/", "/catalogue/", "/special/", "/contracts/")),
    (_("Acceptance"), "projects:aftercare", "warranty.see", ("/acceptance/", "/warranty/", "/aftercare/")),
    (_("Votes and surveys"), "surveys:list", "rounds.see", ("/rounds/",)),
    (_("Facilities"), "facilities:list", "facilities.see", ("/facilities/", "/circle/")),
    (_("Enter progress"), "projects:entry", "progress.enter", ("/progress/",)),
    (_("Excel"), "spreadsheets:list", "exports.run", ("/spreadsheets/",)),
    (_("Regions"), "regions:list", "regions.see", ("/regions/",)),
    (_("Accounts"), "accounts:list", "accounts.see", ("/people/",)),
    (_("Audit trail"), "audit:list", "audit.see", ("/audit/",)),
)


# what stands in the user's own menu: label, url name, icon
OWN = ((_("My account"), "accounts:profile", "person"), (_("Who can do what"), "accounts:permissions", "table"))


# the menu of the public pages: label, url name, url prefixes
PUBLIC_MENU = (
    (_("Published figures"), "analytics:published", ("/published/",)),
    (_("Results of votes"), "surveys:results", ("/results/",)),
    (_("Gates let pass"), "projects:overrides", ("/gates/",)),
    (_("Vote"), "surveys:find", ("/v/",)),
)


def menu_of(user: Any, path: str) -> list[dict[str, Any]]:
    """The pages that this user may see, in the menu's order; "current" is the one that the path lies in."""
    items = []
    for label, name, action, prefixes in MENU:
        if user.may(action):
            try:
                items.append({"label": label, "url": reverse(name), "current": path.startswith(prefixes)})
            except NoReverseMatch:
                continue
    return items


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `navigation` (label, url, current) and `user_links` (label, url, icon)."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        here = request.path
        menu = [{"label": label, "url": reverse(name), "current": here.startswith(prefixes)} for label, name, prefixes in PUBLIC_MENU]
        return {"navigation": menu}
    own = [{"label": label, "url": reverse(name), "icon": icon} for label, name, icon in OWN]
    return {"navigation": menu_of(user, request.path), "user_links": own}
