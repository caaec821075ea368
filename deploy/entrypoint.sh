#!/bin/sh
# The container's commands: web | worker | beat | migrate | health | anything else as it is.
set -eu

# A password from a file becomes part of the address here, so that it stands in no environment of the compose file.
quoted() {
    python -c 'import sys, urllib.parse; print(urllib.parse.quote(open(sys.argv[1]).read().strip(), safe=""))' "$1"
}

if [ -z "${DATABASE_URL:-}" ] && [ -n "${DATABASE_PASSWORD_FILE:-}" ]; then
    password="$(quoted "$DATABASE_PASSWORD_FILE")"
    export DATABASE_URL="postgres://${DATABASE_USER:-renovation}:${password}@${DATABASE_HOST:-database}:${DATABASE_PORT:-5432}/${DATABASE_NAME:-renovation}"
fi
if [ -z "${REDIS_URL:-}" ] && [ -n "${REDIS_PASSWORD_FILE:-}" ]; then
    password="$(quoted "$REDIS_PASSWORD_FILE")"
    export REDIS_URL="redis://:${password}@${REDIS_HOST:-broker}:${REDIS_PORT:-6379}/0"
fi

command="${1:-web}"
[ "$#" -eq 0 ] || shift
case "$command" in
    web)
        exec gunicorn --config deploy/gunicorn.conf.py renovation.wsgi:application "$@"
        ;;
    worker)
        exec celery -A renovation worker --loglevel INFO --concurrency "${WORKER_CONCURRENCY:-2}" --without-gossip "$@"
        ;;
    beat)
        exec celery -A renovation beat --loglevel INFO --pidfile "" --schedule "${BEAT_DIR:-/var/lib/renovation/beat}/schedule" "$@"
        ;;
    migrate)
        python manage.py check --deploy --fail-level WARNING
        exec python manage.py migrate --noinput "$@"
        ;;
    health)
        exec python deploy/health.py "$@"
        ;;
    *)
        exec "$command" "$@"
        ;;
esac
