#!/usr/bin/env bash
# Records freshly booted hosts, as root and with all that any rule wants, into fixtures/hosts.
# usage: record.sh PORT [SUITE...]     (default: bullseye bookworm trixie)
set -euo pipefail
port=${1:?PORT}
here=$(cd "$(dirname "$0")" && pwd)
shift
[ $# -gt 0 ] || set -- bullseye bookworm trixie
declare -A release=([bullseye]=11 [bookworm]=12 [trixie]=13)

for suite; do
  name=debian-${release[$suite]}
  "$here/boot.sh" "$suite" "$port"
  trap '"$here/halt.sh" "$port"' EXIT
  "$here/push.sh" "$port" ${PRETRIP_PACKED:+"$PRETRIP_PACKED"}
  # What an emulated host does for the first time takes longer than pretrip waits for an answer.
  "$here/ssh.sh" "$port" 'curl -s -m 60 --unix-socket /run/podman/podman.sock http://d/_ping >/dev/null; podman info >/dev/null 2>&1; true'
  # The recording is named after the release, not after the image.
  "$here/ssh.sh" "$port" "hostname $name && pretrip capture" >"$here/../../fixtures/hosts/$name.pretrip.jsonl"
  trap - EXIT
  "$here/halt.sh" "$port"
done
