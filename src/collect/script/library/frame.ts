/** What every script begins with: frames, the environment it sets, its private directory, time and size limits. */
import { sh } from './sh.ts';

export const frame = sh`
nl='
'
frame() { printf '%s %s %d\n%s\n' "$nonce" "$1" "@{#2}" "$2"; frames=$((frames + 1)); }

prepare() {
  nonce=$1
  was_path=@{PATH-} was_lc_all=@{LC_ALL-} has_lc_all=@{LC_ALL+x} was_tmpdir=@{TMPDIR-} has_tmpdir=@{TMPDIR+x}
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
  export PATH LC_ALL
  unset IFS CDPATH GLOBIGNORE ENV BASH_ENV
  umask 077
  set +f
  cd /
  jobs=0 walks=0 walked= gone=/./ uid=$(id -u) gid=$(id -g)
  # A security module may deny what the permission bits allow.
  confined=
  { read -r confined </proc/self/attr/current; } 2>/dev/null
  case $confined in *unconfined* | kernel) confined= ;; esac
  private
  if limit_with "timeout -k 2 5"; then timer="timeout -k 2"
  elif limit_with "timeout 5"; then timer="timeout"
  elif limit_with "timeout -t 5"; then timer="timeout -t"
  else timer=
  fi
  case $(printf 'a\000b\n' | awk '{ print length($0), index($0, sprintf("%c", 0)) }' 2>/dev/null) in '3 2') nul=1 ;; *) nul= ;; esac
  case $(echo abc | head -c 2 2>/dev/null) in ab) head=1 ;; *) head= ;; esac
  masking
}
# What sums up all that is printed: a hash, or a checksum where there is nothing else.
summing() {
  digest=$hash
  [ -n "$digest" ] || case $(echo | cksum 2>/dev/null) in '3515105045 1'*) digest=cksum ;; esac
  # A shell may know the name of a program that it cannot start.
  case $(echo a | tee /dev/null 2>/dev/null) in a) ;; *) digest= ;; esac
  [ -n "$D" ] || digest=
}
# From here on, what is printed goes through a pipe on its way. Nobody's child, so that "wait" does not wait for it.
digesting() {
  if [ -z "$digest" ] || ! mkfifo "$D/out" "$D/copy" "$D/sum" 2>/dev/null; then
    summed=
    return
  fi
  summed=1
  (
    # The result is handed over last: opening that pipe waits for its reader.
    { sum=$($digest <"$D/copy" 2>/dev/null) && echo "$sum" >"$D/sum"; } >/dev/null 2>&1 &
    tee "$D/copy" <"$D/out" 2>/dev/null &
  )
  exec 6>&1 >"$D/out"
}
digested() {
  if [ -n "$summed" ]; then
    exec >&6 6>&-
    sum=
    read -r sum bytes _ <"$D/sum"
    rm -f "$D/out" "$D/copy" "$D/sum"
    case $digest in cksum) sum="cksum $sum" ;; *) sum="sha256 $sum" ;; esac
    printf '%s digest %s 0\n\n' "$nonce" "$sum"
  else
    printf '%s digest none 0\n\n' "$nonce"
  fi
}
limit_with() { $1 true >/dev/null 2>&1; }

# A directory of our own, on a memory file system where there is one. Removed at the end, whatever ends us.
private() {
  D=
  for base in /dev/shm "/run/user/$uid" /run; do
    [ -z "$D" ] && [ -w "$base" ] && [ -x "$base" ] && in_memory "$base" && make "$base"
  done
  [ -n "$D" ] || make @{TMPDIR:-/tmp} || make /tmp || make /run || make /dev/shm
  if [ -n "$D" ]; then
    trap 'stop_walks; rm -rf "$D" 2>/dev/null || { sleep 1; rm -rf "$D"; }' EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 141' PIPE
    trap 'exit 143' TERM
    TMPDIR=$D
    export TMPDIR
  fi
}
in_memory() {
  while read -r _ at type _; do
    [ "$at" = "$1" ] || continue
    case $type in tmpfs | ramfs) return 0 ;; esac
  done 2>/dev/null </proc/mounts
  return 1
}
# mkdir fails if the name is taken, by a link too.
make() { [ -d "$1" ] && mkdir "$1/pretrip.$$.$nonce" 2>/dev/null && D=$1/pretrip.$$.$nonce; }

# limit SECONDS COMMAND...: 124, 137 or 143 after that time.
limit() {
  seconds=$1
  shift
  if [ -n "$timer" ]; then
    $timer "$seconds" "$@"
  else
    # In the background a command would lose its input.
    { "$@" <&9 9<&- & } 9<&0
    watched=$!
    (
      sleep "$seconds" &
      sleeping=$!
      trap 'kill $sleeping; exit' TERM
      wait $sleeping
      kill -9 $watched
    ) >/dev/null 2>&1 &
    watcher=$!
    wait $watched
    ended=$?
    kill $watcher 2>/dev/null
    return $ended
  fi
}
# Copies at most one byte more than the limit. Ends the (sub)shell.
capped() { if [ -n "$head" ]; then exec head -c "$(($1 + 1))"; else (ulimit -f "$(($1 / 512 + 2))" && exec cat); fi; }
# kept BYTES FILE: puts what arrives into a file; there is none where it could not be written whole.
# BusyBox's head ends well on a disk that is full, and says so.
kept() {
  said=$( (capped "$1") 2>&1 >"$2") && [ -z "$said" ] && return
  size "$2"
  [ "$size" -gt "$1" ] || rm -f "$2"
}
# whole FILE BYTES: whether a file of our directory is as long as it should be. What is full, not every program tells.
whole() { [ -e "$1" ] && [ "$(($(wc -c <"$1")))" -eq "$2" ] 2>/dev/null; }
# roomy FILE: whether our directory still takes a little, so that what was written before is there.
roomy() {
  { printf %8192s '' >"$1" && : >"$1"; } 2>/dev/null && return
  rm -f "$1"
  return 1
}
size() { size=$(wc -c <"$1" 2>/dev/null) && size=$((size)) || size=0; }
clock() { { read -r clock _ </proc/uptime; } 2>/dev/null && clock=@{clock%%.*} || clock=$(date +%s); }
`;
