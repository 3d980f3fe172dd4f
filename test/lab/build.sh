#!/usr/bin/env bash
# Builds lab hosts: a Debian root file system, its kernel and its initrd, for each suite named.
# usage: build.sh [SUITE...]     (as root; default: bullseye bookworm trixie)
set -euo pipefail
lab=${PRETRIP_LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/pretrip-lab}
[ $# -gt 0 ] || set -- bullseye bookworm trixie

# The suite's own archive alone, from the mirror this machine uses: the oldest suite has lost part of its others.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | sed -n 1p)
[ -n "$mirror" ] || { echo "build.sh: apt knows no Debian mirror; apt-get update?" >&2; exit 1; }

mkdir -p -m 700 "$lab"
[ -e "$lab/key" ] || ssh-keygen -q -t ed25519 -N '' -C pretrip-lab -f "$lab/key"
cat >"$lab/ssh_config" <<END
Host *
  User root
  IdentityFile $lab/key
  IdentitiesOnly yes
  BatchMode yes
  ConnectTimeout 10
  StrictHostKeyChecking no
  UserKnownHostsFile /dev/null
  LogLevel ERROR
END

packages() { # Podman's firewall and resolver are only recommended, and differ: without them no bridged container starts.
  echo systemd systemd-sysv dbus dbus-user-session libpam-systemd openssh-server linux-image-cloud-amd64
  echo podman crun slirp4netns uidmap fuse-overlayfs catatonit
  echo iproute2 procps sudo ca-certificates jq curl busybox-static
  case $1 in
    bullseye) echo containernetworking-plugins ;;
    bookworm) echo netavark aardvark-dns iptables ;;
    *) echo netavark aardvark-dns nftables passt ;;
  esac
}

set_up() { # ROOT SUITE
  local root=$1 suite=$2 user
  # mmdebstrap copies the building machine's name and resolver; the host has neither.
  echo "$suite" >"$root/etc/hostname"
  printf '127.0.0.1 localhost\n127.0.1.1 %s\n' "$suite" >"$root/etc/hosts"
  : >"$root/etc/resolv.conf"
  # Without a machine id systemd takes each boot for the first and enables every unit, as its presets say.
  tr -d - </proc/sys/kernel/random/uuid >"$root/etc/machine-id"
  # By name: the bridges and veth pairs that Podman makes are not networkd's.
  printf '[Match]\nName=en*\n[Network]\nDHCP=yes\n' >"$root/etc/systemd/network/lab.network"
  ln -s /lib/systemd/system/systemd-networkd.service "$root/etc/systemd/system/multi-user.target.wants/"
  chroot "$root" useradd --create-home --shell /bin/bash --uid 1000 driver
  chroot "$root" useradd --create-home --shell /bin/bash --uid 1001 carol
  mkdir -p "$root/var/lib/systemd/linger"
  touch "$root/var/lib/systemd/linger/driver" # carol has none: her manager lives and dies with her sessions
  for user in root driver carol; do
    chroot "$root" su -c 'umask 077; mkdir -p ~/.ssh; cat >~/.ssh/authorized_keys' "$user" <"$lab/key.pub"
  done
}

for suite; do
  new=$(mktemp -d "$lab/$suite.XXXXXX")
  trap 'rm -rf "$new"' EXIT
  nice mmdebstrap --quiet --mode=root --variant=minbase --include="$(packages "$suite" | xargs)" \
    "$suite" "$new/root" "$mirror"
  set_up "$new/root" "$suite"
  mv "$new/root"/boot/vmlinuz-* "$new/vmlinuz"
  mv "$new/root"/boot/initrd.img-* "$new/initrd"
  truncate -s 4G "$new/disk" # sparse
  nice mke2fs -q -t ext4 -d "$new/root" "$new/disk"
  rm -rf "$new/root" "${lab:?}/$suite"
  mv "$new" "$lab/$suite"
  echo "built $lab/$suite ($(du -sh "$lab/$suite" | cut -f1))"
done
