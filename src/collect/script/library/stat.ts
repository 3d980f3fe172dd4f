/** S: stat, of links and what they lead to as well. */
import { sh } from './sh.ts';

export const stat = sh`
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
  if told=$(limit 10 stat -c "$inode" -- "$@" 2>/dev/null) && lines "$told" $#; then
    frame stat "$batch$told$nl"
  elif [ $# -gt 1 ]; then
    for f do batch=$f$nl && plains "$f"; done
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
  if [ $# -eq 1 ] && ! [ -e "$1" ]; then
    dangling "$1"
  elif told=$(limit 10 stat -c "$inode" -- "$@" 2>/dev/null) && lines "$told" $# &&
    text=$(limit 10 readlink -- "$@" 2>/dev/null) && lines "$text" $# &&
    real=$(limit 10 readlink -f -- "$@" 2>/dev/null) && lines "$real" $# &&
    end=$(limit 10 stat -L -c "$inode" -- "$@" 2>/dev/null) && lines "$end" $#; then
    frame link "$batch$told$nl$text$nl$real$nl$end$nl"
  elif [ $# -gt 1 ]; then
    for f do batch=$f$nl && links "$f"; done
  elif ! [ -L "$1" ]; then
    plains "$1"
  else
    frame "failed stat" "$1$nl"
  fi
}
danglings() { for f do dangling "$f"; done; }
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

# named HOME KEYS DIRECTORIES FILE...: stat of the paths that stand behind these keys, and of all above them; where
# directories are told, of names in them. No value of another key is spelt out.
named() {
  named_home=$1 keys=$2 below=$3 found= seen=$nl
  shift 3
  for f do
    [ -f "$f" ] && [ -r "$f" ] && size "$f" && [ "$size" -le 65536 ] || continue
    while IFS= read -r line || [ -n "$line" ]; do
      case $below$line in /*=* | *=*[/%$]*) ;; *) continue ;; esac
      named_key=@{line%%=*}
      named_key=@{named_key#"@{named_key%%[! ]*}"}
      case "|$keys|" in *"|@{named_key%@{named_key##*[! ]}}|"*) ;; *) continue ;; esac
      IFS=' 	,:;="'"'"
      set -f
      for word in @{line#*=}; do ways "$word"; done
      set +f
    done <"$f"
  done
  unset IFS
  [ -z "$found" ] || spread S "$found"
}
# The path that the file at hand gives a variable, if any.
assigned() {
  assigned=
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in Environment*=*"$1=/"*) assigned=/@{line##*"$1=/"} assigned=@{assigned%%[\ \"\']*} ;; esac
  done <"$f"
}
# Adds a path, and all above it, to what was found.
ways() {
  case $1 in
    /*) way=@{1#/} ;;
    %h*) way=@{named_home#/}@{1#%h} ;;
    '@{'*'}'*)
      way=@{1#??}
      assigned "@{way%%\}*}"
      [ -n "$assigned" ] || return
      way=@{assigned#/}@{way#*\}}
      ;;
    [A-Za-z]*)
      for directory in $below; do ways "$directory/$1"; done
      return
      ;;
    *) return ;;
  esac
  up=
  while [ -n "$way" ] && [ @{#found} -le 65536 ]; do
    part=@{way%%/*}
    case $way in */*) way=@{way#*/} ;; *) way= ;; esac
    case $part in
      '' | .) continue ;;
      ..)
        up=@{up%/*}
        continue
        ;;
    esac
    up=$up/$part
    case $seen in *"$nl$up$nl"*) ;; *) seen=$seen$up$nl found=$found$up$nl ;; esac
  done
}
`;
