/**
 * The part of every capture script that does not depend on the rules: POSIX sh, for dash, BusyBox ash and bash.
 * `@{` stands for a dollar sign and a brace, which a template literal cannot hold.
 *
 * Names: S stat, R read, L list, E variable, X run, G get. `some` is set while an absence need not be told,
 * because a pattern or a listing of the directory tells it. Lists of paths are separated by line breaks;
 * a name that holds one is left out, hence not recorded.
 */
export const library = String.raw`
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
  jobs=0 gone=/./ uid=$(id -u) gid=$(id -g)
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
  case $(printf 'a\000b\n' | awk '{ print length($0) }' 2>/dev/null) in 3) nul=1 ;; *) nul= ;; esac
  case $(echo abc | head -c 2 2>/dev/null) in ab) head=1 ;; *) head= ;; esac
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
    trap 'rm -rf "$D"' EXIT
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
size() { size=$(wc -c <"$1" 2>/dev/null) && size=$((size)) || size=0; }
clock() { { read -r clock _ </proc/uptime; } 2>/dev/null && clock=@{clock%%.*} || clock=$(date +%s); }

# Why a path is not there: sets why to absent, denied or loop. Walks up to the nearest ancestor that is there.
why() {
  up=$1
  while :; do
    below=$up up=@{up%/*}
    [ -n "$up" ] || up=/
    if [ -e "$up" ]; then
      why=absent
      if [ -d "$up" ]; then
        if [ -x "$up" ]; then gone=$below; else why=denied; fi
      fi
      return
    fi
    if [ -L "$up" ]; then
      ends "$up"
      return
    fi
    if [ "$up" = / ]; then
      why=denied
      return
    fi
  done
}
# The same for a link that leads nowhere. "hops" is reset by the caller.
ends() {
  end=$1
  while [ -L "$end" ] && ! [ -e "$end" ]; do
    hops=$((hops + 1))
    if [ $hops -gt 40 ]; then
      why=loop
      return
    fi
    to=$(readlink "$end" && echo .)
    to=@{to%"$nl".}
    case $to in
      '')
        why=denied
        return
        ;;
      /*) end=$to ;;
      *) end=@{end%/*}/$to ;;
    esac
  done
  if [ -e "$end" ]; then why=absent; else why "$end"; fi
}
missing() {
  hops=0
  # What lies below something absent is absent; many ask for the same.
  case $1 in
    "$gone"/*) why=absent ;;
    *) if [ -L "$1" ]; then ends "$1"; else why "$1"; fi ;;
  esac
  case $why in
    denied) denied=$denied$1$nl ;;
    loop) looping=$looping$1$nl ;;
    *) [ -n "$some" ] && listed "$1" || absent=$absent$1$nl ;;
  esac
}
# Whether the listing of its directory tells that a name is absent.
listed() {
  [ ! -L "$1" ] || return 1
  over=@{1%/*}
  if [ -d "$over" ]; then [ -r "$over" ]; else [ ! -e "$over" ] && [ ! -L "$over" ]; fi
}
# A wildcard that nothing matched is nobody's name.
tell_missing() {
  case $some$1 in
    1*\**) [ ! -L "$1" ] || missing "$1" ;;
    *) missing "$1" ;;
  esac
}
fresh() { absent= denied= looping=; }
# Tells the absences of one sort of ask. Under a security module, stat has the last word.
absences() {
  sort=$1
  if [ -z "$confined" ]; then
    [ -z "$absent" ] || frame "absent $sort" "$absent"
  elif [ -n "$absent" ]; then slices sure "$absent"
  fi
  [ -z "$denied" ] || frame "denied $sort" "$denied"
  [ -z "$looping" ] || frame "loop $sort" "$looping"
}
sure() {
  batch=$1
  IFS=$nl
  set -f
  set -- $batch
  set +f
  unset IFS
  case $(stat "$@" 2>&1 >/dev/null) in
    *ermission\ denied*)
      for f do
        case $(stat "$f" 2>&1 >/dev/null) in
          *ermission\ denied) denied=$denied$f$nl ;;
          *) frame "absent $sort" "$f$nl" ;;
        esac
      done
      ;;
    *) frame "absent $sort" "$batch" ;;
  esac
}
# slices FUNCTION LIST: calls it with 300 lines at a time.
slices() {
  slice_to=$1 slice= slice_count=0
  IFS=$nl
  set -f
  set -- $2
  set +f
  unset IFS
  for slice_line do
    slice=$slice$slice_line$nl slice_count=$((slice_count + 1))
    if [ $slice_count -ge 300 ]; then
      $slice_to "$slice"
      slice= slice_count=0
    fi
  done
  [ -z "$slice" ] || $slice_to "$slice"
}
# lines TEXT NUMBER: whether it has so many.
lines() {
  line_count=$2
  IFS=$nl
  set -f
  set -- $1
  set +f
  unset IFS
  [ $# -eq "$line_count" ]
}

inode='%f %u %g %s %Y'
S() {
  fresh
  plain= link= nowhere=
  for f do
    case $f in *"$nl"*) continue ;; esac
    # readlink -f may turn for seconds on a link that leads nowhere.
    if [ -L "$f" ]; then
      if [ -e "$f" ]; then link=$link$f$nl; else nowhere=$nowhere$f$nl; fi
    elif [ -e "$f" ]; then plain=$plain$f$nl
    else
      tell_missing "$f"
    fi
  done
  absences stat
  [ -z "$plain" ] || slices plains "$plain"
  [ -z "$link" ] || slices links "$link"
  [ -z "$nowhere" ] || slices danglings "$nowhere"
}
# Many at once; one by one where that fails.
plains() {
  batch=$1
  IFS=$nl
  set -f
  set -- $batch
  set +f
  unset IFS
  if told=$(limit 10 stat -c "$inode" -- "$@" 2>/dev/null) && lines "$told" $#; then
    frame stat "$batch$told$nl"
  elif [ $# -gt 1 ]; then
    for f do plains "$f$nl"; done
  else
    by_ls "$1"
  fi
}
# Without stat: ls tells all but the time.
by_ls() {
  if told=$(limit 5 ls -ldn -- "$1" 2>/dev/null) && made=$(date -r "$1" +%s 2>/dev/null) && lines "$told" 1; then
    frame ls "$1$nl$told$nl$made$nl"
  elif [ -e "$1" ]; then
    frame "failed stat" "$1$nl"
  else
    fresh
    missing "$1"
    absences stat
  fi
}
links() {
  batch=$1
  IFS=$nl
  set -f
  set -- $batch
  set +f
  unset IFS
  if [ $# -eq 1 ] && ! [ -e "$1" ]; then
    dangling "$1"
  elif told=$(limit 10 stat -c "$inode" -- "$@" 2>/dev/null) && lines "$told" $# &&
    text=$(limit 10 readlink -- "$@" 2>/dev/null) && lines "$text" $# &&
    real=$(limit 10 readlink -f -- "$@" 2>/dev/null) && lines "$real" $# &&
    end=$(limit 10 stat -L -c "$inode" -- "$@" 2>/dev/null) && lines "$end" $#; then
    frame link "$batch$told$nl$text$nl$real$nl$end$nl"
  elif [ $# -gt 1 ]; then
    for f do links "$f$nl"; done
  elif ! [ -L "$1" ]; then
    plains "$1$nl"
  else
    frame "failed stat" "$1$nl"
  fi
}
danglings() {
  IFS=$nl
  set -f
  set -- $1
  set +f
  unset IFS
  for f do dangling "$f"; done
}
dangling() {
  hops=0
  ends "$1"
  if told=$(limit 5 stat -c "$inode" -- "$1" 2>/dev/null) && text=$(limit 5 readlink -- "$1" 2>/dev/null) && lines "$text" 1; then
    frame "dangling $why" "$1$nl$told$nl$text$nl"
  else
    frame "failed stat" "$1$nl"
  fi
}

# with_drop_ins TYPE DIRECTORY...: stat of the units that have a drop-in directory in one of them.
with_drop_ins() {
  unit_type=$1 stems=$nl found=
  shift
  for d do
    for f in "$d"/*."$unit_type".d; do
      [ -d "$f" ] || continue
      f=@{f##*/}
      f=@{f%.d}
      case $f in *"$nl"*) continue ;; esac
      case $stems in *"$nl$f$nl"*) ;; *) stems=$stems$f$nl ;; esac
    done
  done
  IFS=$nl
  set -f
  for f in $stems; do
    for d do
      if [ -e "$d/$f" ] || [ -L "$d/$f" ]; then found=$found$d/$f$nl; fi
    done
  done
  set -- $found
  set +f
  unset IFS
  some=1
  S "$@"
  some=
}

is_a() {
  if [ -f "$2" ]; then frame "is-a $1 file" "$2$nl"
  elif [ -d "$2" ]; then frame "is-a $1 directory" "$2$nl"
  elif [ -p "$2" ]; then frame "is-a $1 fifo" "$2$nl"
  elif [ -c "$2" ]; then frame "is-a $1 char" "$2$nl"
  elif [ -b "$2" ]; then frame "is-a $1 block" "$2$nl"
  else frame "is-a $1 socket" "$2$nl"
  fi
}
R() {
  fresh
  plain=
  for f do
    case $f in *"$nl"*) continue ;; esac
    if [ -f "$f" ]; then
      if [ -r "$f" ]; then plain=$plain$f$nl; else denied=$denied$f$nl; fi
    elif [ -e "$f" ] && ! [ -r "$f" ]; then denied=$denied$f$nl
    elif [ -e "$f" ]; then is_a read "$f"
    else
      tell_missing "$f"
    fi
  done
  absences read
  [ -z "$plain" ] || slices reading "$plain"
}
# Small text files many at once, through awk; what it cannot give back byte for byte is copied one by one.
reading() {
  batch=$1 small= single= sized= sum=0
  IFS=$nl
  set -f
  set -- $batch
  set +f
  unset IFS
  sizes=$(limit 10 stat -L -c %s -- "$@" 2>/dev/null) && lines "$sizes" $# || sizes=
  for f do
    bytes=@{sizes%%"$nl"*} sizes=@{sizes#*"$nl"}
    case $f in
      # Of no known size, but text of whole lines.
      /proc/[0-9]*/comm | /proc/[0-9]*/status | /proc/[0-9]*/cgroup | /proc/self/mountinfo | /proc/cpuinfo | /proc/meminfo | /proc/cmdline | /proc/sys/* | /proc/net/* | /sys/fs/cgroup/*)
        small="$small-1 $f$nl"
        ;;
      /proc/* | /sys/*) single=$single$f$nl ;;
      *) if [ -n "$bytes" ] && [ "$bytes" -le 65536 ]; then small="$small$bytes $f$nl" sized=$sized$f$nl sum=$((sum + bytes)); else single=$single$f$nl; fi ;;
    esac
  done
  # An awk that loses NUL bytes must not see any.
  if [ -n "$sized" ] && [ -z "$nul" ] && ! without_nul; then
    small= single=$batch
  fi
  if [ -z "$D" ]; then
    single=$batch
  elif [ -n "$small" ]; then
    rm -f "$D/told" "$D/count" "$D/bad"
    if printf %s "$small" | limit 20 awk -v nonce="$nonce" -v max="$max" -v dir="$D" "$awk_read" >"$D/told" 2>/dev/null &&
      read -r count <"$D/count"; then
      cat "$D/told"
      frames=$((frames + count))
      [ ! -e "$D/bad" ] || while IFS= read -r f; do single=$single$f$nl; done <"$D/bad"
    else
      single=$batch
    fi
  fi
  [ -z "$single" ] || slices singles "$single"
}
without_nul() {
  IFS=$nl
  set -f
  set -- $sized
  set +f
  unset IFS
  [ "$(cat -- "$@" 2>/dev/null | tr -d '\000' | wc -c)" -eq "$sum" ] 2>/dev/null
}
awk_read='
BEGIN { ORS = ""; count = 0; bad = dir "/bad"; if (length("\303\251") != 2) exit 1 }
{
  size = $1; file = substr($0, length($1) + 2); text = ""; bytes = 0
  while ((got = (getline line < file)) > 0) { text = text line "\n"; bytes += length(line) + 1; if (bytes > 1000000) break }
  close(file)
  if (size >= 0 && bytes == size + 1) { text = substr(text, 1, bytes - 1); bytes = size }
  if (got < 0 || bytes > 1000000 || (size >= 0 && bytes != size) || (size < 0 && bytes == 0)) { print file "\n" > bad; next }
  print nonce " read " (length(file) + 1 + bytes) "\n" file "\n" text "\n"
  count++
}
END { print count "\n" > (dir "/count") }'
singles() {
  IFS=$nl
  set -f
  set -- $1
  set +f
  unset IFS
  for f do copied "$f"; done
}
copied() {
  if [ -z "$D" ]; then
    frame "unsupported read" "$1$nl"
    return
  fi
  if { copy "$1" >"$D/file"; } 2>/dev/null; then
    size "$D/file"
    if [ "$size" -gt "$max" ]; then
      frame "large read" "$1$nl"
    else
      printf '%s read %d\n%s\n' "$nonce" "$((@{#1} + 1 + size))" "$1"
      cat "$D/file"
      echo
      frames=$((frames + 1))
    fi
  elif size "$D/file" && [ "$size" -gt "$max" ]; then
    frame "large read" "$1$nl"
  elif ! [ -e "$1" ]; then
    fresh
    missing "$1"
    absences read
  elif (: <"$1") 2>/dev/null; then
    frame "failed read" "$1$nl"
  else
    frame "denied read" "$1$nl"
  fi
}
copy() {
  if [ -n "$head" ]; then
    limit 10 head -c "$((max + 1))" <"$1"
  else
    (ulimit -f "$((max / 512 + 2))" && limit 10 cat) <"$1"
  fi
}

L() {
  fresh
  for f do
    case $f in *"$nl"*) continue ;; esac
    if [ -d "$f" ]; then
      if [ -r "$f" ]; then listing "$f"; else denied=$denied$f$nl; fi
    elif [ -e "$f" ]; then is_a list "$f"
    else
      tell_missing "$f"
    fi
  done
  absences list
}
listings() {
  IFS=$nl
  set -f
  set -- $1
  set +f
  unset IFS
  L "$@"
}
listing() {
  listed=$1 total=0 names=0
  set -- "$1"/* "$1"/.[!.]* "$1"/..?*
  for entry do
    name=@{entry##*/}
    case $name in '*' | '.[!.]*' | '..?*') [ -e "$entry" ] || [ -L "$entry" ] || continue ;; esac
    names=$((names + 1)) total=$((total + @{#name} + 1))
  done
  if [ $names -gt $max_names ]; then
    frame "large list" "$listed$nl"
    return
  fi
  if [ $names -eq 0 ] && ! limit 5 ls -a "$listed" >/dev/null 2>&1; then
    frame "denied list" "$listed$nl"
    return
  fi
  printf '%s list %d\n%s\n' "$nonce" "$((@{#listed} + 1 + total))" "$listed"
  for entry do
    name=@{entry##*/}
    case $name in '*' | '.[!.]*' | '..?*') [ -e "$entry" ] || [ -L "$entry" ] || continue ;; esac
    printf '%s/' "$name"
  done
  echo
  frames=$((frames + 1))
}

# E NAME SET VALUE
E() { if [ -n "$2" ]; then frame env "$1$nl$3"; else frame "absent env" "$1$nl"; fi; }

# X ACCOUNT JSON COMMAND...: in the background, six at a time; ACCOUNT is empty or NAME:UID:GID:HOME.
X() {
  jobs=$((jobs + 1))
  if [ -z "$D" ]; then
    frame "run unsupported" "$2$nl$1$nl"
    return
  fi
  who=$1 json=$2
  shift 2
  if ! command -v "$1" >/dev/null 2>&1; then
    frame "run absent" "$json$nl$who$nl"
    return
  fi
  job "$D/j$jobs" "$who" "$json" "$@" </dev/null >/dev/null 2>&1 &
  [ $((jobs % 6)) -ne 0 ] || wait
}
there() {
  for f do
    [ ! -e "$f" ] || return 0
  done
  return 1
}
# Y ACCOUNT FUNCTION: a command, and those that its output leads to.
Y() {
  jobs=$((jobs + 1))
  [ -n "$D" ] || return
  $2 "$D/j$jobs" "$1" </dev/null >/dev/null 2>&1 &
  [ $((jobs % 6)) -ne 0 ] || wait
}
job() {
  job=$1 who=$2
  printf '%s\n%s\n' "$3" "$2" >"$job.run"
  shift 3
  command -v "$1" >/dev/null 2>&1 || {
    echo absent >>"$job.run"
    return
  }
  if [ -n "$who" ]; then
    IFS=:
    set -f
    set -- $who "$@"
    set +f
    unset IFS
    name=$1 id=$2 group=$3 home=$4
    shift 4
    set -- HOME="$home" USER="$name" LOGNAME="$name" XDG_RUNTIME_DIR="/run/user/$id" DBUS_SESSION_BUS_ADDRESS="unix:path=/run/user/$id/bus" "$@"
    if [ "$id" = "$uid" ]; then
      set -- env "$@"
    elif [ "$uid" != 0 ]; then
      echo denied >>"$job.run"
      return
    else
      set -- env -i PATH="$PATH" LC_ALL=C "$@"
      if setpriv --reuid=0 --regid=0 --init-groups true >/dev/null 2>&1; then
        set -- setpriv --reuid="$id" --regid="$group" --init-groups --inh-caps=-all "$@"
      elif command -v runuser >/dev/null 2>&1; then
        set -- runuser -u "$name" -- "$@"
      elif command -v su >/dev/null 2>&1; then
        words=
        for word do
          quoted "$word"
          words="$words $quoted"
        done
        set -- su -s /bin/sh "$name" -c "exec$words"
      else
        echo unsupported >>"$job.run"
        return
      fi
    fi
  fi
  caught 15 "$max_out" "$@"
  echo "$state" >>"$job.run"
}
quoted() {
  rest=$1 quoted=
  while :; do
    case $rest in
      *\'*) quoted=$quoted@{rest%%\'*}"'\\''" rest=@{rest#*\'} ;;
      *) break ;;
    esac
  done
  quoted="'$quoted$rest'"
}
# caught SECONDS BYTES COMMAND...: its output in $job.out and $job.err; sets state.
caught() {
  after=$1 most=$2
  shift 2
  clock
  began=$clock
  { { limit "$after" "$@" 3>&-; echo $? >"$job.exit"; } 2>&1 >&3 | capped 262144 >"$job.err"; } 3>&1 | capped "$most" >"$job.out"
  read -r exit <"$job.exit"
  clock
  size "$job.err"
  err=$size
  size "$job.out"
  # GNU's timeout ends with 124; BusyBox's with the status of the program that it ended, whatever that makes of it.
  [ $((clock - began)) -lt "$after" ] || exit=late
  if [ "$exit" = late ]; then state="timeout $after"
  elif [ "$size" -gt "$most" ] || [ "$err" -gt 262144 ]; then state=large
  elif [ "$exit" -gt 128 ] && [ "$exit" -lt 165 ]; then state="signal $((exit - 128))"
  else state="got $exit $size $err"
  fi
}
# each JOB ACCOUNT FUNCTION: calls it for every line that a job printed, if that is a plain name.
each() {
  each_job=$1 each_who=$2 each_to=$3 each_count=0
  [ -e "$each_job.out" ] || return
  while read -r each_name; do
    case $each_name in '' | -* | *[!A-Za-z0-9_.-]*) continue ;; esac
    each_count=$((each_count + 1))
    [ $each_count -le 32 ] || break
    $each_to "$each_job.$each_count" "$each_who" "$each_name" </dev/null
  done <"$each_job.out"
}

# G SOCKET PATH
G() {
  fresh
  some=
  case $1 in *"$nl"*) return ;; esac
  if ! [ -e "$1" ]; then
    missing "$1"
    frame "get $why" "$1$nl$2$nl"
  elif ! [ -S "$1" ]; then frame "get refused" "$1$nl$2$nl"
  elif ! [ -w "$1" ]; then frame "get denied" "$1$nl$2$nl"
  elif [ -n "$D" ]; then
    jobs=$((jobs + 1))
    getting "$D/j$jobs" "$1" "$2" </dev/null >/dev/null 2>&1 &
    [ $((jobs % 6)) -ne 0 ] || wait
  fi
}
getting() {
  job=$1
  printf '%s\n%s\n' "$2" "$3" >"$job.get"
  if command -v curl >/dev/null 2>&1; then
    caught 6 1048576 curl -q -s -i --max-time 5 --noproxy '*' --unix-socket "$2" "http://d$3"
    case $state in
      'got 0 '*) ;;
      'got 7 '*) state=refused ;;
      'got 28 '*) state='timeout 5' ;;
      'got 18 '*) state=cut ;;
      got*) state=nohttp ;;
    esac
  elif command -v socat >/dev/null 2>&1; then
    caught 5 1048576 sh -c 'printf "GET %s HTTP/1.0\r\nHost: d\r\n\r\n" "$2" | exec socat -t5 - "UNIX-CONNECT:$1"' sh "$2" "$3"
    plainly
  elif nc -h 2>&1 | grep -q -e '-[A-Za-z]*U'; then
    caught 5 1048576 sh -c 'printf "GET %s HTTP/1.0\r\nHost: d\r\n\r\n" "$2" | exec nc -U "$1"' sh "$2" "$3"
    plainly
  else
    state=unsupported
  fi
  echo "$state" >>"$job.get"
}
plainly() {
  case $state in
    got\ 0\ 0\ *) state=nohttp ;;
    got\ 0\ *) ;;
    got*) if grep -q -i refused "$job.err"; then state=refused; else state=nohttp; fi ;;
  esac
}
# What the jobs brought.
tell() {
  wait
  [ -n "$D" ] || return
  for f in "$D"/j*.run "$D"/j*.get; do
    [ -e "$f" ] || continue
    job=@{f%.*} kind=@{f##*.} state= out= err= exit=
    { read -r first; read -r second; read -r state exit out err; } <"$f"
    case $state in
      got)
        printf '%s %s got %s %s %s %d\n%s\n%s\n' "$nonce" "$kind" "$exit" "$out" "$err" "$((@{#first} + @{#second} + 2 + out + err))" "$first" "$second"
        cat "$job.out" "$job.err"
        echo
        frames=$((frames + 1))
        ;;
      '') frame "$kind failed" "$first$nl$second$nl" ;;
      *) frame "$kind $state@{exit:+ }$exit" "$first$nl$second$nl" ;;
    esac
  done
  rm -f "$D"/j*
}

# Who inspects, where and when.
hello() {
  me=$(id -un) home=
  while IFS=: read -r name _ id _ _ place _; do
    if [ "$id" = "$uid" ]; then
      me=$name home=$place
      break
    fi
  done 2>/dev/null </etc/passwd
  home=@{home:-@{HOME:-/}}
  frame host "user=$me@{nl}uid=$uid@{nl}gid=$gid@{nl}home=$home@{nl}name=$(uname -n)@{nl}time=$(date +%s)@{nl}private=$D@{nl}$1"
}
# accounts FUNCTION: calls it for the account that inspects, then for root and each ordinary one of /etc/passwd, with u, i, g and h set.
accounts() {
  u=$me i=$uid g=$gid h=$home
  $1 </dev/null
  low=1000 high=60000 number=0
  for f in /etc/login.defs /usr/etc/login.defs; do
    [ -r "$f" ] || continue
    while read -r key value _; do
      case $value in '' | *[!0-9]*) continue ;; esac
      case $key in UID_MIN) low=$value ;; UID_MAX) high=$value ;; esac
    done <"$f"
    break
  done
  [ -r /etc/passwd ] || return
  while IFS=: read -r u _ i g _ h _ || [ -n "$u" ]; do
    case $u in '' | '#'* | "$me" | *[!A-Za-z0-9_.@-]*) continue ;; esac
    case $i$g in '' | *[!0-9]*) continue ;; esac
    [ "$i" -eq 0 ] || { [ "$i" -ge "$low" ] && [ "$i" -le "$high" ]; } || continue
    h=@{h:-/}
    case $h in /*) ;; *) continue ;; esac
    number=$((number + 1))
    [ $number -le 50 ] || break
    $1 </dev/null
  done </etc/passwd
}
# everyone FUNCTION: the same for every account that is not root and has a home.
everyone() {
  number=0
  [ -r /etc/passwd ] || return
  while IFS=: read -r u _ i g _ h _ || [ -n "$u" ]; do
    case $u in '' | '#'*) continue ;; esac
    case $i$g in '' | *[!0-9]*) continue ;; esac
    case $h in /*) ;; *) continue ;; esac
    number=$((number + 1))
    [ $number -le 200 ] || break
    [ "$i" = 0 ] || [ "$h" = / ] || $1 </dev/null
  done </etc/passwd
}
begin() { nonce=$1 frames=0 some=; printf '\npretrip-raw/1 %s\n' "$nonce"; }
finish() { printf '%s end %d 0\n\n' "$nonce" "$frames"; }
`
  .replaceAll('@{', '${')
  .trimStart();
