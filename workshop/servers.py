"""The two servers that Django needs, embedded or given by the environment, and the environment for Django."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack
from types import TracebackType

from workshop.console import say
from workshop.layout import ROOT, VENV, DataFolder
from workshop.postgres import Postgres
from workshop.valkey import Valkey


class Servers:
    """PostgreSQL and Valkey as a context: started on entry, stopped in the opposite order on exit.

    A server whose address is in the environment (DATABASE_URL, REDIS_URL) is used as it is: nothing is started for it.
    """

    def __init__(self, folder: DataFolder, *, test: bool = False) -> None:
        self.folder = folder
        self.test = test
        self.database_url = os.environ.get("DATABASE_URL", "")
        self.redis_url = os.environ.get("REDIS_URL", "")
        logs = folder.logs
        self.postgres = None if self.database_url else Postgres(folder.postgres, logs / "postgres.log", test=test)
        self.valkey = None if self.redis_url else Valkey(folder.valkey, logs / "valkey.log", test=test)
        self._started = ExitStack()

    def __enter__(self) -> Servers:
        with ExitStack() as undo:
            for server in (self.postgres, self.valkey):
                if server is not None:
                    undo.callback(server.stop)
                    server.start()
            self._started = undo.pop_all()
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._started.close()

    def describe(self) -> None:
        """Say which servers are in use."""
        for name, server, url_name in (
            ("PostgreSQL", self.postgres, "DATABASE_URL"),
            ("Valkey", self.valkey, "REDIS_URL"),
        ):
            say(f"    {name}: " + (f"embedded, in {server.home}" if server else f"given by {url_name}"))

    def environment(self, host: str = "127.0.0.1") -> dict[str, str]:
        """Return the environment for Django and every child: the contract with renovation/settings.py."""
        folder = self.folder
        hosts = dict.fromkeys(["localhost", "127.0.0.1", *names_for(host)])
        search = os.pathsep.join([str(VENV / "bin"), os.environ.get("PATH", os.defpath)])
        ours = {
            "RENOVATION_ENV": "test" if self.test else "workshop",
            "DATABASE_URL": self.database_url or (self.postgres.url if self.postgres else ""),
            "REDIS_URL": self.redis_url or (self.valkey.url if self.valkey else ""),
            "SECRET_KEY_FILE": str(folder.secrets / "secret_key"),
            "FIELD_KEY_FILE": str(folder.secrets / "field_key"),
            "SIGNING_KEY_FILE": str(folder.secrets / "signing_key"),
            "MEDIA_ROOT": str(folder.media),
            "STATIC_ROOT": str(folder.static),
            "ALLOWED_HOSTS": ",".join(hosts),
            "DJANGO_SETTINGS_MODULE": "renovation.settings",
            "PATH": search,
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": str(ROOT),
        }
        if not self.test:  # the demo opens at the day of the public report; an own value in the environment wins
            ours["DASHBOARD_AS_OF"] = os.environ.get("DASHBOARD_AS_OF", "2021-05-31")
        # Compiled modules are kept: four processes load the same code at every start.
        inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return {**inherited, **ours}


def names_for(host: str) -> list[str]:
    """Return the names under which others reach an address; for 'all addresses' those of this machine."""
    if host not in {"0.0.0.0", "::"}:
        return [host]
    name = socket.gethostname()
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(name, None, socket.AF_INET)}
    except OSError:
        found = set()
    return [name, *sorted(found)]
