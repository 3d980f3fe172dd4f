/** E: a variable. X: the output of a program, in the background. */
import { sh } from './sh.ts';

export const run = sh`
# E NAME SET VALUE
E() {
  if [ -z "$2" ]; then frame "absent env" "$1$nl"
  elif ! suspect "$1=$3"; then frame env "$1$nl$3"
  elif [ -n "$masker" ] && printf '%s=%s' "$1" "$3" >"$D/file" && size "$D/file" && masked_file "$size" /proc/self/environ "$D/file"; then
    variable=$(cat "$D/file" && echo .)
    variable=@{variable%.}
    frame "env $masked" "$1$nl@{variable#*=}"
  else
    frame "redacted env" "$1$nl"
  fi
}

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
  job "$D/j$jobs" "$who" "$json" "$@" </dev/null >/dev/null 2>&1 6>&- &
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
  $2 "$D/j$jobs" "$1" </dev/null >/dev/null 2>&1 6>&- &
  [ $((jobs % 6)) -ne 0 ] || wait
}
job() {
  job=$1 who=$2
  printf '%s\n%s\n' "$3" "$2" >"$job.run" || {
    rm -f "$job.run"
    return
  }
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
  caught "$patience" "$max_out" "$@"
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
  { { limit "$after" "$@" 3>&-; echo $? >"$job.exit"; } 2>&1 >&3 | kept 262144 "$job.err"; } 3>&1 | kept "$most" "$job.out"
  exit=
  read -r exit <"$job.exit"
  clock
  size "$job.err"
  err=$size
  size "$job.out"
  # GNU's timeout ends with 124; BusyBox's with the status of the program that it ended, whatever that makes of it.
  [ $((clock - began)) -lt "$after" ] || exit=late
  if [ "$exit" = late ]; then state="timeout $after"
  elif [ "$size" -gt "$most" ] || [ "$err" -gt 262144 ]; then state=large
  elif [ -z "$exit" ] || ! [ -e "$job.out" ] || ! [ -e "$job.err" ]; then state=failed
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
`;
