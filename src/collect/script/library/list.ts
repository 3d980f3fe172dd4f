/** L: the names in a directory. */
import { sh } from './sh.ts';

export const list = sh`
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
listing() {
  listed=$1 total=0 names=0 unmet=/
  set -- "$1"/* "$1"/.[!.]* "$1"/..?*
  for entry do
    name=@{entry##*/}
    # A pattern that met nothing, unless a file has that name.
    case $name in
      '*' | '.[!.]*' | '..?*')
        [ -e "$entry" ] || [ -L "$entry" ] || {
          unmet=$unmet$name/
          continue
        }
        ;;
    esac
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
    # Decided once: it may come while the names are told.
    case $unmet in *"/$name/"*) continue ;; esac
    printf '%s/' "$name"
  done
  echo
  frames=$((frames + 1))
}
`;
