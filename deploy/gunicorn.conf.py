"""The web server's settings, by environment; dev.py and the container use the same file."""

import os
from pathlib import Path

bind = os.environ.get("BIND", "0.0.0.0:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "") or min(2 * (os.cpu_count() or 1) + 1, 9))
threads = int(os.environ.get("WEB_THREADS", "") or 4)
# Loaded once and shared: a wrong setting ends the start instead of every worker, and memory is saved.
preload_app = True
timeout = int(os.environ.get("WEB_TIMEOUT", "") or 60)
graceful_timeout = 20
keepalive = 30
# A worker is replaced now and then, at different moments, so that no leak lasts.
max_requests = 20_000
max_requests_jitter = 2_000
# The heartbeat file must not wait for a disk.
memory = Path("/dev/shm")
worker_tmp_dir = str(memory) if memory.is_dir() else None
# Whose X-Forwarded-* headers count: the proxy's. In the container only the proxy can reach this port.
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1,::1")
accesslog = "-" if os.environ.get("WEB_ACCESS_LOG", "").lower() in {"1", "yes", "true", "on"} else None
errorlog = "-"
control_socket_disable = True
