"""The one permission table: which role may do what, inside the region of its post.

A page, an API view and an operation name the same action; `User.may(action)` answers for the menu, `User.may(action,
path)` for one row. To add an action: one line here; the "who can do what" page and its tests follow by themselves.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role

PROVINCE, CITY, DISTRICT = Role.PROVINCE_OFFICIAL, Role.CITY_OFFICIAL, Role.DISTRICT_STAFF
STREET, DEPARTMENT, AUDITOR = Role.STREET_STAFF, Role.DEPARTMENT_STAFF, Role.AUDITOR
STAFF = frozenset({PROVINCE, CITY, DISTRICT, STREET, DEPARTMENT})
EVERYONE = STAFF | {AUDITOR}


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done: its words for people, and the roles that may."""

    words: str | Promise
    roles: frozenset[Role]
    writes: bool = True


def _see(words: str | Promise, *roles: Role) -> Action:
    return Action(words, frozenset(roles), writes=False)


def _do(words: str | Promise, *roles: Role) -> Action:
    return Action(words, frozenset(roles))


ACTIONS: dict[str, Action] = {
    "dashboard.see": _see(_("See the dashboard and the figures"), *EVERYONE),
    "regions.see": _see(_("See the regions"), *EVERYONE),
    "regions.add": _do(_("Add sub-districts and residents' committees"), PROVINCE, CITY, DISTRICT),
    "accounts.see": _see(_("See the accounts of the area"), PROVINCE, CITY, DISTRICT, AUDITOR),
    "accounts.manage": _do(_("Create and close accounts on the levels below"), PROVINCE, CITY, DISTRICT),
    "audit.see": _see(_("Read the audit trail"), AUDITOR),
    "communities.see": _see(_("See communities and buildings"), *EVERYONE),
    "communities.edit": _do(_("Create and change communities and buildings"), DISTRICT, STREET),
    "communities.merge": _do(_("Merge suspected duplicates"), DISTRICT),
    "households.see": _see(_("See households, names and phones masked"), DISTRICT, STREET, CITY, PROVINCE, AUDITOR),
    "households.see_names": _see(_("See owners' names and phones in clear"), STREET, DISTRICT),
    "households.edit": _do(_("Create and change households"), DISTRICT, STREET),
    "imports.run": _do(_("Import Excel files"), DISTRICT, CITY, STREET),
    "exports.run": _see(_("Export Excel files"), *EVERYONE),
    # a project hangs below its county: street staff see their communities, not the county's projects
    "projects.see": _see(
        _("See plans, projects, schemes, contracts, documents, photos and progress"), PROVINCE, CITY, DISTRICT, DEPARTMENT, AUDITOR
    ),
    "projects.edit": _do(_("Create and change projects, schemes, contracts, documents and photos"), DISTRICT),
    "progress.enter": _do(_("Enter monthly progress"), DISTRICT),
    # small ones the county decides itself, never who drafted them (CHANGE_ORDER_COUNTY_PERCENT)
    "changes.approve": _do(_("Approve or refuse change orders of contracts"), CITY),
    # a department files for the owner it is, in its own area; the county files on behalf of any
    "special.see": _see(_("See special works, their calendar and clashes"), PROVINCE, CITY, DISTRICT, DEPARTMENT, AUDITOR),
    "special.file": _do(_("File special works and confirmations of pipe and cable owners"), DEPARTMENT, DISTRICT),
    "special.coordinate": _do(_("Agree special works with their owners and propose other days"), CITY, DISTRICT),
    "stages.move": _do(_("Move a project to its next stage"), DISTRICT),
    # strictly above the project's county: the operation asks for that too
    "gates.override": _do(_("Let a gate be passed for a county below, with a published reason"), PROVINCE, CITY),
    "catalogue.see": _see(_("See the catalogue of works and the cities' templates"), *EVERYONE),
    "catalogue.edit": _do(_("Draft and publish the catalogue of works"), PROVINCE),
    "templates.edit": _do(_("Keep the city's templates of schemes"), CITY),
    "plans.draft": _do(_("Draft and submit the annual plan"), DISTRICT),
    "plans.confirm": _do(_("Confirm or return a county's annual plan"), CITY),
    "plans.freeze": _do(_("Freeze the annual plan"), PROVINCE),
    # a round hangs below its community: street staff run those of their own
    "rounds.see": _see(_("See rounds, turnout and results"), PROVINCE, CITY, DISTRICT, STREET, AUDITOR),
    "rounds.manage": _do(_("Open rounds, correct rolls, print notices and household codes"), DISTRICT, STREET),
    "rounds.missing": _see(_("See which households have not answered"), DISTRICT, STREET),
    "rounds.enter": _do(_("Enter ballots at the door and from paper"), DISTRICT, STREET),
    "rounds.check": _do(_("Call households back and settle reviews"), DISTRICT, STREET),
    "rounds.decide": _do(_("Decide objections"), DISTRICT),
    "acceptance.see": _see(_("See acceptance sheets, defects, archives and settlements"), PROVINCE, CITY, DISTRICT, DEPARTMENT, AUDITOR),
    "acceptance.prepare": _do(_("Draw up and complete acceptance sheets, check items, take signatures at the screen"), DISTRICT),
    # a department signs on its own account: the operation asks whether the post is in that department
    "acceptance.sign": _do(_("Sign an acceptance sheet for one's own department"), DEPARTMENT, DISTRICT, CITY),
    "acceptance.withdraw": _do(_("Withdraw a complete acceptance sheet of a county below"), PROVINCE, CITY),
    # a warranty ticket hangs below its community: street staff keep those of their own
    "warranty.see": _see(_("See warranty tickets"), *EVERYONE),
    "warranty.edit": _do(_("Enter warranty tickets and what became of them"), DISTRICT, STREET),
    # a facility hangs below its county or committee
    "facilities.see": _see(_("See facilities and living circles"), *EVERYONE),
    "facilities.count": _do(_("Order a recount of living circles"), PROVINCE, CITY, DISTRICT),
    "facilities.edit": _do(_("Enter facilities, conversions, inspections and assessments"), DISTRICT, STREET),
    "tokens.manage": _do(_("Issue tokens for machine clients"), PROVINCE, CITY),
}


def roles_for(action: str) -> frozenset[Role]:
    """The roles that may do it. Raises KeyError for an action nobody declared."""
    return ACTIONS[action].roles
