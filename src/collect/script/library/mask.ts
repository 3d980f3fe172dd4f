/** Masks what was read and printed before it leaves the host: the redactor, its key, and what happens without awk. */
import * as rules from '../../redact/rules.ts';
import { redactor } from './redactor.ts';
import { sh } from './sh.ts';

/** A pattern of sh for a text in any case. */
const anyCase = (text: string): string =>
  [...text].map((c) => (/[a-z]/.test(c) ? `[${c}${c.toUpperCase()}]` : /[A-Za-z0-9:/_-]/.test(c) ? c : `\\${c}`)).join('');

/** Literal texts of which one is in every text that the redactor would change. */
const literal =
  'token passw passphrase secret key bearer jwt psk preshared pwd auth credential :// proxy -----begin k10 eyj ls0t gho_ ghp_ ghs_ ghu_ ghr_ _pat_ glpat- xox xapp- akia asia hvs. grub. @tcp( @unix( k_live_ k_test_ whsec_ sg. npm_ sk- pypi- aiza hf_ dop_v1_ :aa .slack.com/ /webhook /hooks/ mysql mariadb redis-cli curl login ldap mongo mosquitto sudo stdin name'.split(
    ' ',
  );
/** What counts at the end of a name alone. */
const last = 'pass pw pat pin sig hmac salt creds cookie cookies signature'.split(' ');

/** Patterns of sh: one of them meets every text that the redactor would change. */
const suspects = [...literal.map((t) => `*${anyCase(t)}*`), ...last.flatMap((t) => [`*${anyCase(t)}`, `*${anyCase(t)}[!A-Za-z0-9_.-]*`]), "*'$'*'$'*"];

/** The part of redaction that sh can do. */
export const suspicious = (text: string): boolean =>
  [...literal.map((t) => text.toLowerCase().includes(t)), new RegExp(`(${last.join('|')})([^a-z0-9_.-]|$)`, 'i').test(text), /\$[\s\S]*\$/.test(text)].includes(
    true,
  );

const suspect = suspects.join(' | ');

/** Files that are never read, as alternatives of `case`. */
export const secretFiles = rules.secretFiles.join(' | ');
export const maskedFile = rules.maskedFile;
export const sshKeys = { all: rules.sshKeys, but: rules.notSshKeys };

export const mask =
  sh`
# The key of this run: it never leaves the memory of this shell and of the commands that it starts to mask.
masking() {
  hash= key= masker=
  for f in sha256sum 'shasum -a 256' 'openssl dgst -sha256 -r'; do
    case $(echo | $f 2>/dev/null) in
      01ba4719c80b6fe911b091a7c05124b6*)
        hash=$f
        break
        ;;
    esac
  done
  summing
  if [ -n "$hash" ] && [ -c /dev/urandom ]; then
    if [ -n "$head" ]; then key=$(head -c 32 /dev/urandom 2>/dev/null | $hash); else key=$(dd bs=32 count=1 2>/dev/null </dev/urandom | $hash); fi
  fi
  case $key in
    '' | e3b0c44298fc1c14*) hash= ;;
  esac
  [ -n "$D" ] || return
  printf 'a: b\ntoken: q' >"$D/file"
  masker=1
  if masked_file 13 / "$D/file" && [ "$masked" = 1 ]; then
    case $(cat "$D/file") in
      "a: b@{nl}token: <redacted"*">") ;;
      *) masker= ;;
    esac
  else
    masker=
  fi
}
# redacting MAIN: the redactor, with one of the ways to feed it.
redacting() {
  (
    pretrip_key=$key
    export pretrip_key
    limit 20 awk -v nonce="$nonce" -v max="$max" -v dir="$D" -v hash="$hash" -v nul="$nul" "$awk_redact$1"
  )
}
# Reads lines "SIZE FROM TO PATH": masks the file FROM of our directory into TO; tells how many masks and how many bytes.
awk_files='
{
  path = $0; for (i = 1; i <= 3; i++) path = substr(path, index(path, " ") + 1)
  if (!read_lines(dir "/" $2, $1)) { print "bad 0\n"; next }
  redact(path, lines_in)
  bytes = 0; to = dir "/" $3; printf "" > to
  for (i = 1; i <= lines_in; i++) { t = O[i] (i == lines_in && unended ? "" : "\n"); bytes += length(t); print t > to }
  close(to)
  print masked " " bytes "\n"
}'
# masked_file SIZE PATH FILE: masks a file of our directory in place; sets masked and size. Fails where it cannot be sure.
masked_file() {
  masked=0 size=$1
  [ "$size" -gt 0 ] || return 0
  # What a traditional hash looks like, only the redactor knows.
  case $2 in /etc/shadow) [ -n "$masker" ] || return 1 ;; esac
  mask_words= mask_nul=
  case $2 in /proc/*/cmdline | /proc/*/environ) mask_words=1 ;; esac
  if [ -n "$mask_words" ] || [ "$(tr -d '\000' <"$3" | wc -c)" -ne "$size" ]; then
    # For awk, NUL becomes a byte that is not in the file.
    mask_nul=1
    if [ "$(tr -d '\001' <"$3" | wc -c)" -ne "$size" ] || [ -z "$masker" ]; then
      unsuspicious "$3"
      return
    fi
  elif [ -z "$masker" ]; then
    unsuspicious "$3"
    return
  fi
  if [ -n "$mask_words" ]; then tr '\000\n' '\n\001' <"$3" >"$D/plain"
  elif [ -n "$mask_nul" ]; then tr '\000' '\001' <"$3" >"$D/plain"
  else cat "$3" >"$D/plain"
  fi
  mask_told=$(echo "$size plain masked $2" | redacting "$awk_files" 2>/dev/null) || return 1
  masked=@{mask_told%% *} mask_size=@{mask_told#* }
  case $masked$mask_size in '' | *[!0-9]*) return 1 ;; esac
  [ "$masked" -gt 0 ] || return 0
  if [ -n "$mask_words" ]; then tr '\n\001' '\000\n' <"$D/masked" >"$3"
  elif [ -n "$mask_nul" ]; then tr '\001' '\000' <"$D/masked" >"$3"
  else cat "$D/masked" >"$3"
  fi
  size=$mask_size
  whole "$3" "$size"
}
# Whether a file holds nothing that could need a mask; the part of redaction that sh can do.
unsuspicious() { suspect "$(tr -d '\000' <"$1")" && return 1 || return 0; }
suspect() {
  case $1 in
    @SUSPECT@) return 0 ;;
  esac
  return 1
}
`.replace('@SUSPECT@', () => suspect) +
  `awk_redact='${redactor}'
`;
