#!/usr/bin/env bash
# Boots a lab host and waits until it is up. Its disk is a snapshot: each boot starts from the image as built.
# usage: boot.sh SUITE PORT [KERNEL-ARGUMENT...]     (SSH on 127.0.0.1:PORT)
set -euo pipefail
lab=${PRETRIP_LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/pretrip-lab}
here=$(dirname "$0")
suite=${1:?SUITE} port=${2:?PORT}
shift 2
run=$lab/run/$port
mkdir -p "$run"

# Emulated (where KVM exists it may still fail), without cmpxchg16b: emulated by QEMU 7.2, it killed three in five boots
# of Linux 6.12. Several hosts at a time want one processor each: emulated ones wait for each other. Restricted: the guest reaches nothing, we reach its SSH.
TMPDIR=$lab nice -n "${PRETRIP_LAB_NICE:-10}" qemu-system-x86_64 -name "pretrip-lab-$port" -accel tcg,thread=multi -cpu max,-cx16 -smp "${PRETRIP_LAB_CPUS:-2}" -m 2048 \
  -kernel "$lab/$suite/vmlinuz" -initrd "$lab/$suite/initrd" -append "root=/dev/vda rw console=ttyS0 $*" \
  -drive "file=$lab/$suite/disk,format=raw,if=virtio,snapshot=on" \
  -nic "user,model=virtio-net-pci,restrict=on,hostfwd=tcp:127.0.0.1:$port-:22" \
  -display none -monitor none -serial "file:$run/console" -pidfile "$run/pid" -daemonize

until "$here/ssh.sh" "$port" true 2>"$run/ssh"; do
  if [ ! -e "$run/pid" ] || [ $SECONDS -gt 300 ] || grep -q 'Kernel panic - not syncing' "$run/console"; then
    cat "$run/ssh" >&2
    tail -n 20 "$run/console" >&2
    echo "boot.sh: $suite does not answer on port $port after $SECONDS s" >&2
    [ ! -e "$run/pid" ] || "$here/halt.sh" "$port"
    exit 1
  fi
  sleep 1
done
# pretrip's own ssh believes known hosts alone, whatever the configuration says. An emulated host takes its time.
ssh-keyscan -T 60 -p "$port" 127.0.0.1 >"$run/known_hosts" 2>"$run/ssh" || { cat "$run/ssh" >&2; "$here/halt.sh" "$port"; exit 1; }
sed "s|UserKnownHostsFile .*|UserKnownHostsFile $run/known_hosts|" "$lab/ssh_config" >"$run/ssh_config"
state=$("$here/ssh.sh" "$port" systemctl is-system-running --wait) || true # degraded is an answer too
echo "ready: $suite on 127.0.0.1:$port, $state, after $SECONDS s"
