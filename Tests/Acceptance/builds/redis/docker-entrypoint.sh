#!/bin/sh
# Flags alone are for the server.
set -e
case "$1" in -*) set -- redis-server "$@" ;; esac
exec "$@"
