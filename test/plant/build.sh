#!/usr/bin/env bash
# Builds the root file system of an image, as Debian makes it, and takes out what belongs to one host.
# usage: build.sh SUITE DIR     (as root; SUITE: bookworm or trixie; DIR must not exist)
set -euo pipefail
suite=${1:?SUITE} dir=${2:?DIR}

mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | sed -n 1p)
[ -n "$mirror" ] || { echo "build.sh: apt knows no Debian mirror; apt-get update?" >&2; exit 1; }

packages=(
  systemd systemd-sysv dbus libpam-systemd udev kmod iproute2 procps openssh-server sudo ca-certificates nftables
  linux-image-cloud-amd64 apparmor auditd chrony podman crun netavark aardvark-dns uidmap fuse-overlayfs slirp4netns catatonit
)
new=$dir.new
rm -rf "$new"
trap 'rm -rf "$new"' EXIT
nice mmdebstrap --quiet --mode=root --variant=minbase --include="$(IFS=,; echo "${packages[*]}")" "$suite" "$new" "$mirror"

# What the building machine and the installation left: each unit makes its own.
rm -f "$new"/etc/ssh/ssh_host_* "$new/var/lib/dbus/machine-id" "$new/var/lib/systemd/random-seed" "$new/var/lib/systemd/credential.secret"
: >"$new/etc/machine-id"
echo vehicle >"$new/etc/hostname"
printf '127.0.0.1 localhost\n127.0.1.1 vehicle\n' >"$new/etc/hosts"
: >"$new/etc/resolv.conf"
find "$new/var/log" "$new/var/cache/apt" "$new/var/lib/apt/lists" -type f -delete
mv "$new" "$dir"
echo "built $dir ($(du -sh "$dir" | cut -f1))"
