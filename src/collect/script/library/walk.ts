/** W: a walk of one file system, in the background. What it looks for is what src/collect/disk/walk.ts looks for. */
import { beginning, firstOf, mostFound, mostLeftOut, stores, wholeText } from '../../disk/gathering.ts';
import { usualWalk } from '../../disk/walk.ts';
import { credentialsAwk, suspectLine } from './credentials.ts';
import { sh } from './sh.ts';

/** So many seconds a walk may take for each that a program may take. */
const patiences = 8;

const storePaths = stores.map((s) => `-path '*/${s}'`).join(' -o ');
const storeEnd = `/(${stores.map((s) => s.replaceAll('.', '[.]').replaceAll('*', '.*')).join('|')})$`;

/** Rows of find and stat → what was found, who owns what, and which files are to be looked into. `ENVIRON` takes any text. */
const walkAwk = `
function leave(why, path) { left[why]++; if (told++ < ${mostLeftOut}) print "x " why " " path }
function own(k, path,   i, t) {
  if (++count[k] > ${firstOf} && path > p[k, ${firstOf}]) return
  for (i = 1; i <= ${firstOf}; i++) {
    if (!((k, i) in p)) { p[k, i] = path; return }
    if (path < p[k, i]) { t = p[k, i]; p[k, i] = path; path = t }
  }
}
BEGIN { top = ENVIRON["walk_top"]; exact = ENVIRON["walk_exact"]; pattern = ENVIRON["walk_pattern"]; stores = ENVIRON["walk_stores"]; device = ENVIRON["walk_device"]; out = ENVIRON["w"] }
$1 == "n" { leave("name", top); next }
$1 == "f" {
  path = substr($0, length($1 $2 $3 $4 $5 $6 $7) + 8)
  if ($7 != device) { leave("mount", path); next }
  if (++inodes > ${usualWalk.inodes}) { leave("limit", path); exit }
  own("u " $3, path); own("g " $4, path)
  n = length($2); type = substr($2, 1, n - 3)
  if (type == "4" && path != top && path ~ stores) leave("store", path)
  up = path; sub(/\\/[^\\/]*$/, "", up)
  if (type == "4" && (up in closed)) closed[path]
  else if (type == "4" && $2 ~ /[02468ace]$/) { closed[path]; print "d " path }
  name = path; sub(/.*\\//, "", name)
  if (type != "a" && ($2 ~ /[2367abef]$/ || (type == "8" && $2 ~ /[4-9a-f]..$/)) || index(exact, "/" name "/") || name ~ pattern) {
    if (tells++ >= ${mostFound}) leave("limit", path)
    else {
      print $1 " " $2 " " $3 " " $4 " " $5 " " $6 " " path
      if (type == "a") print path > (out ".links")
    }
  }
  if (type == "8" && $2 ~ /([4-7c-f].|[13578-9a-f])$/) print $1 " " $2 " " $3 " " $4 " " $5 " " $6 " " path > (out ".exec")
  if (type == "8" && $5 > 0) print path > (out ($5 <= ${wholeText} ? ".small" : ".large"))
}
END {
  print "i " inodes + 0
  for (k in count) { print k " " count[k]; for (i = 1; i <= ${firstOf}; i++) if ((k, i) in p) print "p " p[k, i] }
  for (why in left) print "o " why " " left[why]
}`;

/** What may not be read, from what programs say of it. */
const deniedAwk = `
/: Permission denied$/ || /: Operation not permitted$/ || /: Input\\/output error$/ {
  s = substr($0, index($0, "/")); sub(/: [A-Z][a-z]+[ \\/][a-z ]+$/, "", s); sub(/ for reading$/, "", s); sub(/\\047$/, "", s)
  n++
  if (what == "x") { if (n <= ${mostLeftOut}) print "x denied " s; next }
  for (i = 1; i <= ${firstOf}; i++) { if (!(i in p)) { p[i] = s; break } if (s < p[i]) { t = p[i]; p[i] = s; s = t } }
}
END {
  if (what == "x") { if (n) print "o denied " n }
  else { print "r " n + 0; for (i = 1; i <= ${firstOf}; i++) if (i in p) print "R " p[i] }
}`;

const holdsAwk = `${credentialsAwk}
function flush(   i) {
  if (path == "") return
  credentials(n)
  if (found) print "c " path
  for (i = 1; i <= found; i++) print "h " C_line[i] " " C_is[i] " " C_form[i] " " C_encrypted[i]
}
BEGIN { setup_credentials() }
END { flush() }`;

/** Lines of getcap, then the rows of what may be started → the row of each that has capabilities, and what getcap says of it. */
const capableAwk = `
FNR == NR { line[++n] = $0; next }
{
  path = substr($0, length($1 $2 $3 $4 $5 $6) + 7)
  for (i = 1; i <= n; i++) if (index(line[i], path " ") == 1) { print; print "C " line[i] }
}`;

export const walk =
  sh`
# walking FUNCTION: walks, in the background. Nobody's child, so that "wait" does not wait for it.
walking() {
  walked=
  [ -n "$D" ] || return
  clock
  walk_until=$((clock + @PATIENCES@ * patience))
  rm -rf "$D/w"
  mkdir "$D/w"
  (
    { $1; : >"$D/w/done"; } </dev/null >/dev/null 2>&1 6>&- &
    echo $! >"$D/w/pid"
  )
  walked=1
}
# Where the script ends early. A find that is under way ends by its time.
stop_walks() {
  [ -e "$D/w/pid" ] && ! [ -e "$D/w/done" ] && read -r walker <"$D/w/pid" && kill "$walker" 2>/dev/null
}
# M TOP NAMES EXACT PATTERN: the same where TOP is a file system of its own.
M() {
  [ -d "$1" ] && ! [ -L "$1" ] && [ "$(stat -c %d -- "$1")" != "$(stat -c %d -- "$1/..")" ] || return
  W "$@"
}
# W TOP NAMES EXACT PATTERN: NAMES in JSON; EXACT those without wildcards, between slashes; PATTERN the others, for awk.
W() {
  walks=$((walks + 1))
  w=$D/w/$walks state=
  printf '%s\n%s\n' "$1" "$2" >"$w.ask"
  if not_there "$1"; then state=absent
  elif [ -n "$state" ]; then :
  elif ! [ -d "$1" ]; then state=failed
  else walk "$1" "$3" "$4"
  fi
  [ "$state" != got ] || roomy "$w.room" || state=failed
  echo "$state" >"$w.state"
}
walk() {
  state=unsupported
  walk_top=$(readlink -f -- "$1") && walk_device=$(stat -c %d -- "$walk_top") || return
  walk_exact=$2 walk_pattern=$3 walk_stores='@STOREEND@'
  export w walk_top walk_device walk_exact walk_pattern walk_stores suspect_line
  walk_format='f %f %u %g %s %Y %d %n'
  : >"$w.links"
  : >"$w.small"
  : >"$w.large"
  : >"$w.exec"
  walk_left
  # BusyBox carries out what -exec has gathered only where it stands in no parentheses.
  {
    limit "$left" find "$walk_top" -xdev -path "$D" -prune -o -name "*$nl*" -prune -exec stat -c n {} + -o \
      -type d \( @STOREPATHS@ \) -prune -exec stat -c "$walk_format" {} + -o -exec stat -c "$walk_format" {} + 2>"$w.err"
    echo $? >"$w.exit"
  } | awk "$awk_walk" >"$w.rows" || return
  read -r exit <"$w.exit"
  [ -s "$w.rows" ] && [ "$exit" != 127 ] || return
  roomy "$w.room" || {
    state=failed
    return
  }
  walk_denied x "$w.err"
  walk_over
  while IFS= read -r f; do
    text=$(readlink "$f" && echo .) || continue
    text=@{text%"$nl".}
    case $text in *"$nl"*) text= ;; esac
    printf 'l %s\nt %s\n' "$f" "$text"
  done <"$w.links" >>"$w.rows"
  walk_contents
  walk_capabilities
  state=got
}
walk_left() {
  clock
  left=$((walk_until - clock))
  [ "$left" -gt 0 ] || left=1
}
walk_over() {
  clock
  [ "$clock" -ge "$walk_until" ] || return 1
  [ -e "$w.over" ] || printf 'o limit 1\nx limit %s\n' "$walk_top" >>"$w.rows"
  : >"$w.over"
}
# walk_denied x FILE: what find and stat could not see; walk_denied r FILE: what could not be read.
walk_denied() { awk -v what="$1" "$awk_denied" "$2" >>"$w.rows"; }
# Credentials: grep finds files with a line that may be one, awk tells what they hold.
walk_contents() {
  case $(printf 'a\000' | xargs -0 echo 2>/dev/null) in
    a) ;;
    *)
      awk '{ print "head: " $0 ": Permission denied" }' "$w.small" "$w.large" >"$w.err"
      walk_denied r "$w.err"
      return
      ;;
  esac
  walk_left
  tr '\n' '\000' <"$w.small" | limit "$left" xargs -0 grep -lE -e "$suspect_line" -- >"$w.files" 2>"$w.err"
  walk_left
  tr '\n' '\000' <"$w.large" | limit "$left" xargs -0 -n 64 sh -c "$beginnings" sh >"$w.some" 2>>"$w.err"
  while IFS= read -r f; do
    case $(dd bs=@BEGINNING@ count=1 2>/dev/null <"$f" | grep -cE -e "$suspect_line") in [1-9]*) printf '%s\n' "$f" ;; esac
  done <"$w.some" >"$w.begins"
  walk_denied r "$w.err"
  # Text many at once; what may hold NUL one by one.
  export awk_holds w
  cat "$w.begins" >"$w.single"
  walk_left
  tr '\n' '\000' <"$w.files" | limit "$left" xargs -0 -n 40 sh -c "$texts" sh >"$w.holds"
  while IFS= read -r f; do
    ! walk_over && [ -f "$f" ] || continue
    size "$f"
    printf 'F %s\n' "$f"
    glance=$size
    [ "$glance" -le @BEGINNING@ ] || glance=@BEGINNING@
    if [ "$size" -gt @WHOLE@ ] || [ "$(($(dd bs=@BEGINNING@ count=1 2>/dev/null <"$f" | tr -d '\000' | wc -c)))" -lt "$glance" ]; then
      dd bs=@BEGINNING@ count=1 2>/dev/null <"$f"
    else
      cat "$f"
    fi | tr '\000' '\001' | sed 's/^/ /'
    echo
  done <"$w.single" | awk "$awk_holds"'
    /^ / { L[++n] = substr($0, 2); next }
    /^F / { flush(); path = substr($0, 3); n = 0 }' >>"$w.holds"
  cat "$w.holds" >>"$w.rows"
  while IFS= read -r f; do
    case $f in 'c '*) stat -c "$walk_format" -- "@{f#c }" | sed 's/^\(f [^ ]* [^ ]* [^ ]* [^ ]* [^ ]*\) [^ ]*/\1/' ;; esac
  done <"$w.holds" >>"$w.rows"
  walk_over
}
# File capabilities, by getcap: of what may be started.
walk_capabilities() {
  walk_told=none
  if command -v getcap >/dev/null; then
    walk_left
    sed 's/^\([^ ]* \)\{6\}//' "$w.exec" | tr '\n' '\000' | limit "$left" xargs -0 getcap >"$w.caps" 2>/dev/null
    case $? in 0 | 1 | 123) walk_told=told ;; *) walk_told=failed ;; esac
    [ -s "$w.exec" ] || walk_told=told
    [ ! -s "$w.caps" ] || awk "$awk_capable" "$w.caps" "$w.exec" >>"$w.rows"
  fi
  echo "k $walk_told" >>"$w.rows"
}
# Waits for the walks, with a sign of life now and then.
tell_walks() {
  [ -n "$walked" ] || return
  beat=0
  while ! [ -e "$D/w/done" ]; do
    clock
    [ "$clock" -lt $((walk_until + 15)) ] || break
    sleep 0.2 2>/dev/null || sleep 1
    beat=$((beat + 1))
    [ $((beat % 40)) -ne 0 ] || frame waiting ''
  done
  for f in "$D"/w/*.ask; do
    [ -e "$f" ] || continue
    w=@{f%.ask} state=timeout more=0
    [ -s "$f" ] || continue
    [ ! -e "$w.state" ] || read -r state <"$w.state" || state=failed
    [ "$state" != got ] || { size "$w.rows" && more=$size; }
    [ "$more" -le 33000000 ] || state=large more=0
    size "$f"
    printf '%s walk %s %d\n' "$nonce" "$state" "$((size + more))"
    cat "$f"
    [ "$more" -eq 0 ] || cat "$w.rows"
    echo
    frames=$((frames + 1))
  done
  rm -rf "$D/w"
  walked=
}
`
    .replace('@PATIENCES@', String(patiences))
    .replace('@STOREEND@', () => storeEnd)
    .replace('@STOREPATHS@', () => storePaths)
    .replaceAll('@BEGINNING@', String(beginning))
    .replaceAll('@WHOLE@', String(wholeText)) +
  `suspect_line='${suspectLine.replaceAll("'", "'\\''")}'
awk_walk='${walkAwk}'
awk_denied='${deniedAwk}'
awk_holds='${holdsAwk}'
awk_capable='${capableAwk}'
texts='if [ "$(cat -- "$@" | wc -c)" -eq "$(cat -- "$@" | tr -d "\\000" | wc -c)" ]; then
  awk "$awk_holds
FNR == 1 { flush(); path = FILENAME; n = 0 }
{ L[++n] = \\$0 }" "$@"
else
  printf "%s\\n" "$@" >>"$w.single"
fi'
beginnings='if [ "$(head -q -c ${beginning} -- "$@" | grep -cE -e "$suspect_line")" != 0 ]; then printf "%s\\n" "$@"; fi'
`;
