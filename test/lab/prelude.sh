# Sourced on a lab host before the commands of a state: what they share.
# Files that a state is about to change are kept by `save` and put back by `restore`.
saved=/var/tmp/lab # a boot in between keeps it
mkdir -p "$saved" 2>/dev/null

# save PATH...: remembers each as it is now, or that it (and the directories above it) is not there.
save() {
  local path top n
  for path; do
    n=$(($(cat "$saved/count" 2>/dev/null || echo 0) + 1))
    echo "$n" >"$saved/count"
    if [ -e "$path" ] || [ -L "$path" ]; then
      cp -a "$path" "$saved/$n"
      printf '%s\n' "$path" >"$saved/$n.path"
    else
      top=$path
      while [ ! -e "${top%/*}" ] && [ -n "${top%/*}" ]; do top=${top%/*}; done
      printf '%s\n' "$top" >"$saved/$n.gone"
    fi
  done
}

# restore: undoes what was saved, the newest first.
restore() {
  local n path
  for ((n = $(cat "$saved/count" 2>/dev/null || echo 0); n > 0; n--)); do
    if [ -e "$saved/$n.gone" ]; then
      rm -rf "$(<"$saved/$n.gone")"
    else
      path=$(<"$saved/$n.path")
      rm -rf "$path"
      cp -a "$saved/$n" "$path"
    fi
    rm -rf "$saved/$n" "$saved/$n".*
  done
  rm -f "$saved/count"
}

# put PATH: writes standard input there, as the owner of the directory.
put() {
  save "$1"
  mkdir -p "${1%/*}"
  cat >"$1"
  case $1 in /home/*) chown -R --reference="/home/$(cut -d/ -f3 <<<"$1")" "/home/$(cut -d/ -f3 <<<"$1")/.config" ;; esac
}

# hide PATH...: takes each away until `restore`.
hide() {
  save "$@"
  rm -rf "$@"
}

# as USER COMMAND...: runs it with that account's own session, as its login shell would.
as() {
  local user=$1 uid
  shift
  uid=$(id -u "$user")
  (cd "/home/$user" && setpriv --reuid "$uid" --regid "$(id -g "$user")" --init-groups env -i HOME="/home/$user" USER="$user" LOGNAME="$user" \
    PATH=/usr/local/bin:/usr/bin:/bin XDG_RUNTIME_DIR="/run/user/$uid" DBUS_SESSION_BUS_ADDRESS="unix:path=/run/user/$uid/bus" "$@")
}

# api SOCKET|URL: who answers a ping there, in one word or header.
api() {
  local where=(--unix-socket "$1" http://d)
  case $1 in http:*) where=("$1") ;; esac
  curl -s -m 20 -o /dev/null -D - "${where[@]:0:${#where[@]}-1}" "${where[-1]}/_ping" | tr -d '\r' | grep -i '^libpod-api-version' || echo nobody
}

# root DIR: a root file system that holds nothing but busybox.
root() {
  mkdir -p "$1/bin" "$1/etc" "$1/proc" "$1/dev" "$1/sys" "$1/tmp" "$1/run"
  cp /bin/busybox "$1/bin/"
  for applet in sh sleep nslookup true cat; do ln -sf busybox "$1/bin/$applet"; done
  case $1 in /home/*) chown -R --reference="${1%/*}" "$1" ;; esac
}

# account NAME UID: makes an ordinary account that may linger, whose manager does not run yet.
account() {
  [ -e "/home/$1" ] || useradd --create-home --shell /bin/bash --uid "$2" "$1"
  mkdir -p /var/lib/systemd/linger
  touch "/var/lib/systemd/linger/$1"
}

# no_account NAME: takes it away.
no_account() {
  rm -f "/var/lib/systemd/linger/$1"
  loginctl terminate-user "$1" 2>/dev/null
  systemctl stop "user@$(id -u "$1").service" 2>/dev/null
  userdel -rf "$1" 2>/dev/null
}

# tiny [USER]: gives the account (default: root) an image that holds nothing but busybox, localhost/lab:1.
tiny() {
  local run=() own=/var/tmp/lab-tiny
  [ $# = 0 ] || run=(as "$1")
  ! "${run[@]}" podman image exists localhost/lab:1 || return 0
  [ -e $own ] || root $own
  tar -C $own -cf - . | "${run[@]}" podman import -q - localhost/lab:1 >/dev/null
}

# started UNIT [USER]: starts it, tells whether it runs, and if not, what its log says of it; then it is stopped.
started() {
  local unit=$1.service ctl=(timeout 200 systemctl) field=_SYSTEMD_UNIT since
  [ $# = 1 ] || ctl=(as "$2" timeout 200 systemctl --user) field=_SYSTEMD_USER_UNIT
  since=$(date +%s)
  "${ctl[@]}" start "$unit" 2>"/tmp/started.$1"
  if ! "${ctl[@]}" is-active "$unit"; then
    { journalctl -q -b -o cat --since "@$since" "$field=$unit"; cat "/tmp/started.$1"; } | grep -i -m 1 -e '^error' -e denied -e 'not found' -e 'bad unit' -e 'No such'
  fi
  # Nobody waits for the end: an emulated host takes long over it.
  "${ctl[@]}" kill -s KILL "$unit" 2>/dev/null
  "${ctl[@]}" stop --no-block "$unit" 2>/dev/null || true
}
