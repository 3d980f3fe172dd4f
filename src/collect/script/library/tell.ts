/** What the jobs brought; who inspects; every account; the first and the last frame. */
import { sh } from './sh.ts';

export const tell = sh`
# What the jobs brought.
tell() {
  wait
  [ -n "$D" ] || return
  # Everything that was printed goes through the redactor at once.
  printed=
  for f in "$D"/j*.run "$D"/j*.get; do
    [ -e "$f" ] || continue
    job=@{f%.*} state=
    { read -r first; read -r second; read -r state _ out err; } <"$f"
    job=@{job##*/}
    [ "$state" != got ] || printed="$printed$out $job.out $job.out.m $nl$err $job.err $job.err.m $nl"
  done
  if [ -n "$masker" ]; then printf %s "$printed" | redacting "$awk_files" >"$D/told" 2>/dev/null || : >"$D/told"; else : >"$D/told"; fi
  for f in "$D"/j*.run "$D"/j*.get; do
    [ -e "$f" ] || continue
    job=@{f%.*} kind=@{f##*.} state= out= err= exit= masks=0
    { read -r first; read -r second; read -r state exit out err; } <"$f"
    [ -n "$first" ] || continue
    if [ "$state" = got ]; then
      read -r mask_out size_out <&7 || mask_out=bad
      read -r mask_err size_err <&7 || mask_err=bad
      told_part "$job.out" "$out" "$mask_out" "$size_out" && out=$size && masks=$masked &&
        told_part "$job.err" "$err" "$mask_err" "$size_err" && err=$size && masks=$((masks + masked)) || state=redacted exit=
    fi
    case $state in
      got)
        printf '%s %s got %s %s %s %s %d\n%s\n%s\n' "$nonce" "$kind" "$exit" "$out" "$err" "$masks" "$((@{#first} + @{#second} + 2 + out + err))" "$first" "$second"
        cat "$job.out" "$job.err"
        echo
        frames=$((frames + 1))
        ;;
      '') frame "$kind failed" "$first$nl$second$nl" ;;
      *) frame "$kind $state@{exit:+ }$exit" "$first$nl$second$nl" ;;
    esac
  done 7<"$D/told"
  rm -f "$D"/j*
  tell_packages
  tell_walks
}

# told_part FILE SIZE MASKS NEWSIZE: puts the masked text in place of what was printed; sets size and masked.
told_part() {
  case $3$4 in
    *[!0-9]* | '') masked_file "$2" '' "$1" ;;
    *)
      masked=$3 size=$4
      if [ "$masked" -eq 0 ]; then [ "$size" -eq "$2" ]; else cat "$1.m" >"$1" && whole "$1" "$size"; fi
      ;;
  esac
}

# Who inspects, where and when.
hello() {
  me=$(id -un) my_home=
  while IFS=: read -r name _ id _ _ place _; do
    if [ "$id" = "$uid" ]; then
      me=$name my_home=$place
      break
    fi
  done 2>/dev/null </etc/passwd
  my_home=@{my_home:-@{HOME:-/}}
  frame host "user=$me@{nl}uid=$uid@{nl}gid=$gid@{nl}home=$my_home@{nl}name=$(uname -n)@{nl}time=$(date +%s)@{nl}private=$D@{nl}$1"
}
# accounts FUNCTION: calls it for the account that inspects, then for root and each ordinary one of /etc/passwd, with u, i, g and h set.
accounts() {
  u=$me i=$uid g=$gid h=$my_home
  $1 </dev/null
  low=1000 high=60000 number=0
  for f in /etc/login.defs /usr/etc/login.defs; do
    [ -r "$f" ] || continue
    while read -r setting value _; do
      case $value in '' | *[!0-9]*) continue ;; esac
      case $setting in UID_MIN) low=$value ;; UID_MAX) high=$value ;; esac
    done <"$f"
    break
  done
  [ -r /etc/passwd ] || return
  while IFS=: read -r u _ i g _ h _ || [ -n "$u" ]; do
    case $u in '' | '#'* | "$me" | *[!A-Za-z0-9_.@-]*) continue ;; esac
    case $i$g in '' | *[!0-9]*) continue ;; esac
    h=@{h:-/}
    case $h in /*) ;; *) continue ;; esac
    [ "$i" -eq 0 ] || { [ "$i" -ge "$low" ] && [ "$i" -le "$high" ]; } || meant_is "$u" || traced || continue
    number=$((number + 1))
    [ $number -le 50 ] || break
    $1 </dev/null
  done </etc/passwd
}
# meant_is NAME: whether the inspection is about that account, by --account or as the one that called sudo.
meant_is() { case $meant in *" $1 "*) return 0 ;; *) return 1 ;; esac }
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
begin() {
  nonce=$1 frames=0 some=
  printf '\npretrip-raw/2 %s\n' "$nonce"
  digesting
}
finish() {
  printf '%s end %d 0\n\n' "$nonce" "$frames"
  digested
}
`;
