/** Why a path is not there, and lists of paths. */
import { sh } from './sh.ts';

export const missing = sh`
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
# spread FUNCTION LINES: calls it with each line as a word.
spread() {
  spread_to=$1
  IFS=$nl
  set -f
  set -- $2
  set +f
  unset IFS
  $spread_to "$@"
}
# slices FUNCTION LINES: calls it with 300 lines at a time as words; they are in batch as well.
slices() { spread slicing "$1$nl$2"; }
# The first word is the function: what it calls may slice again.
slicing() {
  slice= slice_count=-1
  for slice_line do
    slice_count=$((slice_count + 1))
    [ $slice_count -gt 0 ] || continue
    slice=$slice$slice_line$nl
    if [ $slice_count -ge 300 ]; then
      batch=$slice
      spread "$1" "$slice"
      slice= slice_count=0
    fi
  done
  batch=$slice
  [ -z "$slice" ] || spread "$1" "$slice"
}
# lines TEXT NUMBER: whether it has so many.
lines() {
  line_count=$2
  spread are_as_many "$1"
}
are_as_many() { [ $# -eq "$line_count" ]; }
`;
