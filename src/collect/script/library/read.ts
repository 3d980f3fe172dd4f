/** R: the content of files. */
import { maskedFile, secretFiles, sshKeys } from './mask.ts';
import { sh } from './sh.ts';

export const read = sh`
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
  plain= secret=
  for f do
    case $f in *"$nl"*) continue ;; esac
    if secret_file "$f" && [ -e "$f" ]; then
      secret=$secret$f$nl
      continue
    fi
    if [ -f "$f" ]; then
      if [ -r "$f" ]; then plain=$plain$f$nl; else denied=$denied$f$nl; fi
    elif [ -e "$f" ] && ! [ -r "$f" ]; then denied=$denied$f$nl
    elif [ -e "$f" ]; then is_a read "$f"
    else
      tell_missing "$f"
    fi
  done
  absences read
  [ -z "$secret" ] || frame "redacted read" "$secret"
  [ -z "$plain" ] || slices reading "$plain"
}
# Files that are a secret as a whole are not opened.
secret_file() {
  case $1 in
    @KEYBUT@ | @MASKED@) ;;
    @KEYS@ | @SECRETS@) return 0 ;;
  esac
  return 1
}
# Small text files many at once, through awk; what it cannot give back byte for byte is copied one by one.
reading() {
  small= single= sized= sum=0
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
  # An awk that loses NUL bytes must not see any: the files that hold one are found by halving.
  if [ -n "$sized" ] && [ -z "$nul" ] && ! spread without_nul "$sized"; then
    if [ $# -gt 8 ]; then
      halves "$@"
      return
    fi
    small= single=$batch
  fi
  if [ -z "$masker" ]; then
    single=$batch
  elif [ -n "$small" ]; then
    rm -f "$D/told" "$D/count" "$D/bad"
    if printf %s "$small" | redacting "$awk_read" >"$D/told" 2>/dev/null &&
      read -r count total <"$D/count" && whole "$D/told" "$total"; then
      cat "$D/told"
      frames=$((frames + count))
      [ ! -e "$D/bad" ] || while IFS= read -r f; do single=$single$f$nl; done <"$D/bad"
    else
      single=$batch
    fi
  fi
  [ -z "$single" ] || slices singles "$single"
}
halves() {
  former= latter= count=0
  for f do
    count=$((count + 1))
    if [ $count -le $(($# / 2)) ]; then former=$former$f$nl; else latter=$latter$f$nl; fi
  done
  set -- "$former" "$latter"
  batch=$1
  spread reading "$1"
  batch=$2
  spread reading "$2"
}
without_nul() { [ "$(cat -- "$@" 2>/dev/null | tr -d '\000' | wc -c)" -eq "$sum" ] 2>/dev/null; }
awk_read='
BEGIN { count = 0; total = 0; bad = dir "/bad" }
{
  size = $1; file = substr($0, length($1) + 2)
  if (!read_lines(file, size)) { print file "\n" > bad; next }
  redact(file, lines_in)
  bytes = 0
  for (i = 1; i <= lines_in; i++) bytes += length(O[i]) + 1
  if (unended) bytes--
  head = nonce " read " (masked ? masked " " : "") (length(file) + 1 + bytes) "\n" file "\n"
  print head
  total += length(head) + bytes + 1
  for (i = 1; i < lines_in; i++) print O[i] "\n"
  print (lines_in ? O[lines_in] : "") (unended || !lines_in ? "\n" : "\n\n")
  count++
}
END { print count " " total "\n" > (dir "/count") }'
singles() { for f do copied "$f"; done; }
copied() {
  if [ -z "$D" ]; then
    frame "unsupported read" "$1$nl"
    return
  fi
  if said=$(copy "$1" 2>&1 >"$D/file") && [ -z "$said" ]; then
    size "$D/file"
    if [ "$size" -gt "$max" ]; then
      frame "large read" "$1$nl"
    elif ! masked_file "$size" "$1" "$D/file"; then
      frame "redacted read" "$1$nl"
    else
      printf '%s read %d %d\n%s\n' "$nonce" "$masked" "$((@{#1} + 1 + size))" "$1"
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
`
  .replace('@KEYBUT@', sshKeys.but)
  .replace('@MASKED@', maskedFile)
  .replace('@KEYS@', sshKeys.all)
  .replace('@SECRETS@', secretFiles);
