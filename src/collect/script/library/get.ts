/** G: what answers at a socket. */
import { limits } from '../../disk/limits.ts';
import { sh } from './sh.ts';

export const get = sh`
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
    getting "$D/j$jobs" "$1" "$2" </dev/null >/dev/null 2>&1 6>&- &
    [ $((jobs % 6)) -ne 0 ] || wait
  fi
}
getting() {
  job=$1
  printf '%s\n%s\n' "$2" "$3" >"$job.get" || {
    rm -f "$job.get"
    return
  }
  if command -v curl >/dev/null 2>&1; then
    caught @LONGER@ 1048576 curl -q -s -i --max-time @SECONDS@ --noproxy '*' --unix-socket "$2" "http://d$3"
    case $state in
      'got 0 '*) ;;
      'got 7 '*) state=refused ;;
      'got 28 '*) state='timeout @SECONDS@' ;;
      'got 18 '*) state=cut ;;
      got*) state=nohttp ;;
    esac
  elif command -v socat >/dev/null 2>&1; then
    caught @SECONDS@ 1048576 sh -c 'printf "GET %s HTTP/1.0\r\nHost: d\r\n\r\n" "$2" | exec socat -t@SECONDS@ - "UNIX-CONNECT:$1"' sh "$2" "$3"
    plainly
  elif nc -h 2>&1 | grep -q -e '-[A-Za-z]*U'; then
    caught @SECONDS@ 1048576 sh -c 'printf "GET %s HTTP/1.0\r\nHost: d\r\n\r\n" "$2" | exec nc -U "$1"' sh "$2" "$3"
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
}`
  .replaceAll('@SECONDS@', String(limits.getSeconds))
  // curl's own limit comes first, and tells more.
  .replaceAll('@LONGER@', String(limits.getSeconds + 1));
