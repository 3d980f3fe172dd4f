#!/usr/bin/env bash
# Runs a command on a lab host: as root, or as another with `-l USER` before the command.
# usage: ssh.sh PORT [-l USER] [COMMAND...]
set -euo pipefail
exec ssh -F "${PRETRIP_LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/pretrip-lab}/ssh_config" -p "${1:?PORT}" 127.0.0.1 "${@:2}"
