"""Loaded before Django: when tests run in several processes, each has a broker and a cache of its own, as it has a database."""

import os
import re


def own_database(url: str, worker: str) -> str:
    """The address with the database number of the process: own_database("redis://host/0", "gw1") == "redis://host/1"."""
    number = re.sub(r"\D", "", worker)
    if url.startswith("unix://"):
        return f"{url.split('?')[0]}?db={number}"
    scheme, rest = url.split("://", 1)
    return f"{scheme}://{rest.split('/')[0]}/{number}"


if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    os.environ["REDIS_URL"] = own_database(os.environ["REDIS_URL"], worker)
