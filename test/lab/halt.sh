#!/usr/bin/env bash
# Ends a lab host, at once: its disk is a snapshot, so there is nothing to save.
# usage: halt.sh PORT
set -euo pipefail
port=${1:?PORT}
pidfile=${PRETRIP_LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/pretrip-lab}/run/$port/pid
[ -e "$pidfile" ] || { echo "halt.sh: no host on port $port" >&2; exit 1; }
pid=$(<"$pidfile")
# A crash leaves the file behind, and the number may since be another's.
if grep -qsxz "pretrip-lab-$port" "/proc/$pid/cmdline"; then
  kill "$pid"
  while [ -e "/proc/$pid" ]; do sleep 0.1; done
fi
rm -f "$pidfile"
