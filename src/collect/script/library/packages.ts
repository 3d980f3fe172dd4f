/** P: the packages that a database lists, in the background. */
import { dpkgStatus, dpkgStatusDirectory, rpmDatabases, rpmQuery } from '../../disk/packages.ts';
import { sh } from './sh.ts';

export const packages = sh`
# P DATABASE
P() {
  jobs=$((jobs + 1))
  [ -n "$D" ] || return
  listed_packages "$1" </dev/null >/dev/null 2>&1 6>&- &
  [ $((jobs % 6)) -ne 0 ] || wait
}
listed_packages() {
  job=$D/packages.$1
  : >"$job.out"
  $1_packages
  [ "$state" != got ] || roomy "$job.room" || state=failed
  echo "$state" >"$job.state"
}
# Of each package its name, state, version and architecture.
dpkg_packages() {
  if [ -f @STATUS@ ]; then
    size @STATUS@
    if ! [ -r @STATUS@ ]; then state=denied
    elif [ "$size" -gt @MOST@ ]; then state=large
    # A file that was cut off in the middle of a line.
    elif [ "$(grep -c '' @STATUS@)" -ne "$(wc -l <@STATUS@)" ]; then state=failed
    else dpkg_fields @STATUS@
    fi
  elif [ -e @STATUS@ ]; then state=failed
  elif not_there @STATUS@ && not_there @DIRECTORY@; then state=absent
  elif [ -n "$state" ]; then :
  elif ! [ -d @DIRECTORY@ ]; then state=failed
  elif ! [ -r @DIRECTORY@ ]; then state=denied
  else
    state=got
    for f in @DIRECTORY@/*; do
      case $f in *.md5sums | *\*) continue ;; esac
      dpkg_fields "$f"
      [ "$state" = got ] || return
    done
  fi
}
dpkg_fields() {
  limit 10 grep -E '^(Package|Status|Version|Architecture):|^.?$' -- "$1" >>"$job.out"
  if [ $? -le 1 ]; then state=got; else state=failed; fi
  echo >>"$job.out"
}
# Whether a path is absent; sets state where nobody can tell.
not_there() {
  state=
  [ ! -e "$1" ] || return
  fresh
  missing "$1"
  state=$why
  [ "$why" = absent ]
}
rpm_packages() {
  database=
  for f in @DATABASES@; do
    if not_there "$f"; then continue; fi
    [ -z "$state" ] || return
    database=1
  done
  if [ -z "$database" ]; then state=absent
  elif ! command -v rpm >/dev/null 2>&1; then state=unsupported
  else
    caught "$patience" "$max_out" @QUERY@
    case $state in 'got 0 '*) state=got ;; got* | signal*) state=failed ;; esac
  fi
}
tell_packages() {
  for f in "$D"/packages.*.state; do
    [ -e "$f" ] || continue
    read -r state _ <"$f" || state=failed
    job=@{f%.state}
    size=0
    [ "$state" != got ] || size "$job.out"
    database=@{job##*.}
    printf '%s packages %s %d\n%s\n' "$nonce" "$state" "$((@{#database} + 1 + size))" "$database"
    [ "$state" != got ] || cat "$job.out"
    echo
    frames=$((frames + 1))
  done
  rm -f "$D"/packages.*
}
`
  .replaceAll('@STATUS@', dpkgStatus)
  .replaceAll('@DIRECTORY@', dpkgStatusDirectory)
  .replace('@MOST@', String(8 * 1024 * 1024))
  .replace('@DATABASES@', rpmDatabases.join(' '))
  .replace('@QUERY@', () => rpmQuery.map((word) => `'${word}'`).join(' '));
