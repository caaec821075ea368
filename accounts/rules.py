"""Pure rules of accounts: who may give which post where, what a token may be narrowed to."""

from __future__ import annotations

import datetime
import secrets
import string
from collections.abc import Iterable

from accounts.choices import ROLE_LEVELS, Role
from accounts.permissions import ACTIONS, roles_for
from regions.choices import Level

# without characters that are mistaken for one another when a password is read out or copied from paper
LETTERS = "abcdefghjkmnpqrstuvwxyz"
DIGITS = "23456789"
LONGEST_TOKEN = datetime.timedelta(days=366)
RECOVERY_CODES = 10


def strictly_below(path: str, own: str) -> bool:
    """Whether a region's path lies below another's, the region itself not counted."""
    return path.startswith(own) and path != own


def role_stands_at(role: str, level: Level | str) -> bool:
    """Whether a post of this role can stand at this level of the tree (DOMAIN.md section 2)."""
    return Level(level) in ROLE_LEVELS[Role(role)]


def roles_at(level: Level | str) -> list[Role]:
    """The roles that can have a post at a level."""
    return [role for role in Role if role_stands_at(role, level)]


def may_give_post(*, giver: Iterable[tuple[str, str]], role: str, path: str, level: Level | str) -> bool:
    """Whether somebody with the posts `giver` (role, region path) may give this post: a level serves the levels below it only.

    The giver's role must be one that manages accounts, its region must lie truly above, and the role must exist at the
    level. Nobody can therefore make an equal, a superior, or an account in somebody else's area.
    """
    managers = roles_for("accounts.manage")
    return role_stands_at(role, level) and any(own in managers and strictly_below(path, above) for own, above in giver)


def token_actions(roles: Iterable[str]) -> list[str]:
    """What a token of somebody with these roles can be narrowed to: their actions, except managing accounts and tokens."""
    held = set(roles)
    return [code for code, action in ACTIONS.items() if action.roles & held and code not in {"accounts.manage", "tokens.manage"}]


def initial_password() -> str:
    """Sixteen characters in four groups, random, easy to copy: about 75 bits."""
    groups = ["".join(secrets.choice(LETTERS + DIGITS) for _ in range(4)) for _ in range(4)]
    return "-".join([groups[0].capitalize(), *groups[1:]])


def recovery_code() -> str:
    """Two groups of five characters: 49 bits, used once."""
    alphabet = LETTERS + DIGITS
    return "-".join("".join(secrets.choice(alphabet) for _ in range(5)) for _ in range(2))


def looks_like_app_code(code: str) -> bool:
    """Six digits come from an authenticator app, everything else is a recovery code."""
    return len(code) == 6 and all(character in string.digits for character in code)
