"""The container's health check: asks /healthz of the web server beside it as the proxy would."""

import http.client
import os
import sys


def main() -> int:
    """Return 0 when the page says that web, database, broker and worker live."""
    host = next((name.strip() for name in os.environ.get("ALLOWED_HOSTS", "").split(",") if name.strip()), "localhost")
    port = int(os.environ.get("BIND", "0.0.0.0:8000").rpartition(":")[2])
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request("GET", "/healthz", headers={"Host": host.lstrip("."), "X-Forwarded-Proto": "https"})
        answer = line.getresponse()
        sys.stdout.write(f"{answer.status} {answer.read(1000).decode(errors='replace')}\n")
    except OSError as error:
        sys.stdout.write(f"{error}\n")
        return 1
    return 0 if answer.status == 200 else 1


if __name__ == "__main__":
    sys.exit(main())
