#!/bin/sh
# What a container is: web, worker, beat, migrate, or any management command.
set -eu
case "${1:-web}" in
  web)
    exec gunicorn qiao.wsgi --bind 0.0.0.0:8000 --workers "${WEB_WORKERS:-2}" --threads 4 --access-logfile - ;;
  worker)
    exec celery --app qiao worker --queues "${2:-default,matching,mail}" --concurrency "${WORKER_CONCURRENCY:-1}" --loglevel "${LOG_LEVEL:-INFO}" ;;
  beat)
    mkdir -p var/beat
    exec celery --app qiao beat --schedule var/beat/schedule --loglevel WARNING ;;
  migrate)
    exec python manage.py migrate --no-input ;;
  *)
    exec python manage.py "$@" ;;
esac
