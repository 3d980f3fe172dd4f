#!/usr/bin/env bash
# Gives a lab host, which reaches no network, an archive of its own that holds these packages of its suite and all that they need.
# usage: archive.sh SUITE PORT PACKAGE...     (as root; kept beside the image)
set -euo pipefail
lab=${PRETRIP_LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/pretrip-lab}
here=$(cd "$(dirname "$0")" && pwd)
suite=${1:?SUITE} port=${2:?PORT}
shift 2
kept=$lab/archive/$suite
mkdir -p "$kept/lists/partial" "$kept/debs"

# apt as that suite has it, beside the one of this machine: what its image lacks is what is fetched.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | sed -n 1p)
echo "deb $mirror $suite main" >"$kept/sources.list"
"$here/ssh.sh" "$port" cat /var/lib/dpkg/status >"$kept/status"
apt=(-o "Dir::Etc::SourceList=$kept/sources.list" -o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$kept/lists" -o "Dir::State::status=$kept/status"
  -o "Dir::Cache::pkgcache=" -o "Dir::Cache::srcpkgcache=" -o "Dir::Cache::Archives=$kept/debs" -o APT::Get::List-Cleanup=false -o APT::Sandbox::User=root)
mkdir -p "$kept/debs/partial"
apt-get "${apt[@]}" -qq update
apt-get "${apt[@]}" -qq --yes --no-install-recommends --download-only install "$@" >/dev/null
(cd "$kept/debs" && for deb in *.deb; do
  dpkg-deb --field "$deb"
  printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$deb" "$(stat -c %s "$deb")" "$(sha256sum "$deb" | cut -d' ' -f1)"
done >Packages)

tar -c --owner=0 --group=0 -C "$kept/debs" --exclude=partial --exclude=lock . | "$here/ssh.sh" "$port" '
  mkdir -p /var/local/archive && tar -xC /var/local/archive
  rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*
  echo "deb [trusted=yes] file:/var/local/archive ./" >/etc/apt/sources.list.d/lab.list
  apt-get -qq update'
