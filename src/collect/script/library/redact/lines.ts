/** A file line by line: what goes on over several of them. A part of the awk program in ../redactor.ts. */
import * as rules from '../../../redact/rules.ts';
import { text } from './literal.ts';

export const lines = String.raw`function text_begins(path) {
  lines_out = 0; masked = 0; state = ""; gathered = ""; gathered_at = 0; secret_doc = 0; in_data = -1; pair = 0; line_after = ""
  command_ends(); goes_on_here = 0
  skip = path ~ ${text(rules.exempt)}
  wordless = path ~ ${text(rules.wordless)}
  fields = path ~ ${text(rules.passwords)}
  variables = path ~ ${text(rules.plainVariables)}
  lists = path ~ ${text(rules.optionLists)}
  k3s = path ~ ${text(rules.k3sConfigs)}
  quadlet = path ~ ${text(rules.quadlets)}
  boot = path ~ ${text(rules.bootLoaders)}
  words = path ~ ${text(rules.wordFiles)}
}
function put(t) { O[++lines_out] = t }
# Keeps back what several lines hold, to give its last line the placeholder with the hash.
function gather(t, from, to,   body) {
  body = substr(t, from, to - from)
  if (body == "" || is_mark(body)) { put(t); return }
  gathered = gathered body "\n"
  put(substr(t, 1, from - 1) "<redacted>" substr(t, to)); gathered_at = lines_out
}
function gathered_ends(  t) {
  if (gathered_at) {
    t = O[gathered_at]
    match(t, /<redacted>/)
    O[gathered_at] = substr(t, 1, RSTART - 1) mark(gathered) substr(t, RSTART + RLENGTH)
  }
  gathered = ""; gathered_at = 0; state = ""
}
function line_is(t,   low, n, e, r, d) {
  if (skip) { put(t); return }
  if (words) { put(argument(t)); return }
  if (fields) { put(account(t)); return }
  if (state != "") {
    if (carried(t)) return
  } else if (pair > 0) {
    pair--
    if (match(t, value_key)) { pair = 0; put(named(t, RLENGTH + 1)); return }
  } else if (match(tolower(t), value_first)) {
    n = RLENGTH
    if (speaks(line_after)) { put(named(t, n + 1)); return }
  }
  low = tolower(t)
  if (k3s && match(t, k3s_token)) { put(whole_value(t, RLENGTH + 1)); return }
  if (in_data >= 0 && t !~ /^[ \t\r]*$/) {
    if (column(t) > in_data) { if (match(t, any_key)) { n = RLENGTH; if (substr(t, n + 1) ~ /^[|>][-+0-9]*[ \t]*\r?$/) { begin_state("block", column(t)); put(t) } else put(whole_value(t, n + 1)); return } }
    else in_data = -1
  }
  if (secret_doc && low ~ data_key) in_data = column(t)
  if (low !~ trigger) {
    if (t !~ item && !goes_on_here) command_ends()
    else if (!program) words_before++
    if ((program || word_before != "" || t ~ ("[|" BS BS "][ \t\r]*$")) && length(t) <= ${rules.longest}) { t = options(t); t = piped(t, line_after) }
    put(t); return
  }
  if (speaks(t)) pair = 2
  put(scan(t))
}
# The class of the name that a line such as "name: DB_PASSWORD" names.
function speaks(t,   r) {
  if (!match(tolower(t), name_key)) return 0
  r = substr(t, RLENGTH + 1); gsub("[" DQ SQ ", \t\r]", "", r)
  return r ~ /^[A-Za-z0-9_.-]+$/ ? class(r) : 0
}
# A value whose name stands in another line.
function named(t, v) {
  if (substr(t, v) !~ /^[|>][-+0-9]*[ \t]*\r?$/) return whole_value(t, v)
  begin_state("block", column(t))
  return t
}
# A value that is masked whatever its name, from v on.
function whole_value(t, v,   val, e, c) {
  if (substr(t, v) ~ /^[{[]?[ \t\r]*$/) return t
  if (quoted(t, v, "")) {
    val = substr(t, v_in, v_out - v_in)
    if (v_open == 1) { begin_state("quote", 0); state_quote = v_quote }
    return kept(val) ? t : substr(t, 1, v_in - 1) mark(val) (v_cut ? v_quote : "") substr(t, v_out)
  }
  e = hole(t)
  while (e > v && substr(t, e - 1, 1) ~ /[,}]/) e--
  val = substr(t, v, e - v)
  if (kept(val)) return t
  c = val ~ /^[-+0-9._eE]+$/ ? DQ : ""
  return substr(t, 1, v - 1) c mark(val) c substr(t, e)
}
# A line that goes on with what began before. 0: it does not, and is a line like any other.
function carried(t,   n, r, d, i, v, col) {
  if (state == "block") {
    if (t ~ /^[ \t\r]*$/) { put(t); return 1 }
    if (t ~ /^[ \t]*-----(BEGIN|END) [A-Z0-9 ]+-----[ \t\r]*$/) { put(t); return 1 }
    if (indent(t) > state_col) { gather(t, indent(t) + 1, hole(t)); return 1 }
    gathered_ends(); return 0
  }
  if (state == "pem") {
    n = index(t, "-----END ")
    if (n) { if (n > indent(t) + 1) gather(t, indent(t) + 1, n); else put(t); gathered_ends(); return 1 }
    if (t ~ /^[ \t#]*[^ \t]*[ \t\r]*$/ || t ~ /^[ \t]*[A-Z][A-Za-z0-9-]+: /) { gather(t, indent(t) + 1, hole(t)); return 1 }
    gathered_ends(); return 0
  }
  if (state == "next") {
    if (t ~ /^[ \t\r]*$/) { put(t); return 1 }
    if (t ~ /^[ \t]*#/) { n = state_col; put(scan(t)); begin_state("next", n); return 1 }
    col = indent(t); n = column(t)
    if (col < state_col || (col == state_col && n == col)) { state = ""; return 0 }
    if (substr(t, n + 1) ~ maplike || substr(t, n + 1) ~ /^[]{}[]/ || (col == state_col && substr(t, n + 1) ~ /^-/)) { state = ""; return 0 }
    put(whole_or_spared(t, n + 1)); return 1
  }
  if (state == "list") {
    n = indent(t) + 1
    if (substr(t, n) ~ /^[{}]/) { state = ""; return 0 }
    r = elements(t, 1, state_class)
    if (closed || (rest_at <= length(t) && substr(t, rest_at, 1) == "{")) { state = ""; put(r scan(substr(t, rest_at))) }
    else { put(r scan(substr(t, rest_at))); state = "list" }
    return 1
  }
  if (state == "triple" || state == "quote") {
    r = state == "triple" ? state_quote state_quote state_quote : state_quote
    d = index(t, r); i = d
    if (state == "quote" && r == DQ) while (i && substr(t, i - 1, 1) == BS) { d = index(substr(t, i + 1), r); i = d ? i + d : 0 }
    d = i ? i : hole(t)
    n = indent(t) + 1; if (n > d) n = d
    v = substr(t, n, d - n)
    if (i) state = ""
    put(substr(t, 1, n - 1) (v == "" || is_mark(v) ? v : mark(v)) (i ? r scan(substr(t, d + length(r))) : substr(t, d)))
    return 1
  }
  if (state == "cont") {
    d = hole(t); n = indent(t) + 1; state = ""
    if (substr(t, d - 1, 1) == BS && d > 1) { state = "cont"; d--; while (d > n && substr(t, d - 1, 1) ~ /[ \t]/) d-- }
    if (n > d) n = d
    v = substr(t, n, d - n)
    put(substr(t, 1, n - 1) (v == "" || is_mark(v) ? v : mark(v)) substr(t, d)); return 1
  }
  if (state == "word") {
    state = ""
    match(t, /^[^ \t\r]*/); n = RLENGTH
    r = substr(t, 1, n)
    if (n > 0 && n == length(t) && substr(t, n, 1) == BS) { state = "word"; r = substr(t, 1, --n) }
    put((r == "" || is_mark(r) ? r : mark(r)) (state == "word" ? BS : scan(substr(t, n + 1)))); return 1
  }
  if (state == "flag") {
    n = column(t) + 1; state = ""
    r = substr(t, n); sub("^[" BS BS "]*[" DQ SQ "]?", "", r)
    if (r ~ /^--/ || r ~ /^-[A-Za-z]([ \t]|$)/ || r ~ /^[ \t\r]*$/) return 0
    v_cut = 0
    if (!quoted(t, n, "")) { v_in = n; v_out = word(t, n, "", 0, 0); v_end = v_out }
    v = substr(t, v_in, v_out - v_in)
    put(spared(v, state_class) ? t : substr(t, 1, v_in - 1) mark(v) (v_cut ? v_quote : "") scan(substr(t, v_out))); return 1
  }
  if (state == "here") {
    r = t; gsub(/^[ \t]*|[ \t\r]*$/, "", r)
    if (r == state_quote) { state = ""; put(t); return 1 }
    n = indent(t) + 1; d = hole(t)
    put(n >= d || kept(substr(t, n, d - n)) ? t : substr(t, 1, n - 1) mark(substr(t, n, d - n)) substr(t, d)); return 1
  }
  state = ""
  return 0
}
function whole_or_spared(t, v,   r) {
  r = substr(t, v); gsub("^[" DQ SQ "]|[" DQ SQ ", \t\r]*$", "", r)
  return spared(r, state_class) ? t : whole_value(t, v)
}
# One word of a command line, or one variable of an environment.
function argument(t,   n, name, before, d) {
  if (state == "flag") {
    state = ""
    if (t !~ /^--/) return spared(t, state_class) ? t : mark(t)
  }
  t = option_word(t)
  if (known) return t
  if (match(t, /^[A-Za-z0-9_.-]+=/)) {
    name = substr(t, 1, RLENGTH - 1); n = class(name)
    if (n) { name = substr(t, RLENGTH + 1); return spared(name, n) ? t : substr(t, 1, RLENGTH) mark(name) }
  } else if (t ~ /^--?[A-Za-z0-9_.-]+$/ && (n = class(t))) { begin_state("flag", 0); state_class = n; return t }
  n = program; name = words_before; before = word_before; d = due
  t = scan(t); state = ""
  program = n; words_before = name; word_before = before; due = d
  return t
}
# A line of passwd(5) or shadow(5): what marks a locked account stays, and the method.
function account(t,   n, d, f, m) {
  n = index(t, ":"); if (!n) return t
  d = index(substr(t, n + 1), ":"); if (!d) d = length(t) - n + 1
  f = substr(t, n + 1, d - 1); m = 0
  while (index("!*", substr(f, m + 1, 1)) && m < length(f)) m++
  if (match(substr(f, m + 1), /^[$][A-Za-z0-9]+[$]/)) m += RLENGTH
  if (substr(f, m + 1) == "" || substr(f, m + 1) == "x" || is_mark(substr(f, m + 1))) return t
  return substr(t, 1, n + m) mark(substr(f, m + 1)) substr(t, n + d)
}
# The lines L[1..n] of a file become O[1..lines_out].
function redact(path, n,   i) {
  text_begins(path)
  if (!skip) for (i = 1; i <= n; i++) if (L[i] ~ /[Ss][Ee][Cc][Rr][Ee][Tt]/ && tolower(L[i]) ~ secret_kind) secret_doc = 1
  for (i = 1; i <= n; i++) { line_after = i < n && !words ? L[i + 1] : ""; goes_on_here = i > 1 && !words && L[i - 1] ~ (BS BS "[ \t\r]*$"); line_is(L[i]) }
  gathered_ends()
}
# The lines of a file in L[1..lines_in]; 0 when they are not the whole truth. size -1: not known.
function read_lines(file, size,   got, line, bytes) {
  lines_in = 0; bytes = 0; unended = 0
  while ((got = (getline line < file)) > 0) {
    if (nul && index(line, NUL)) { got = -1; break }
    L[++lines_in] = line; bytes += length(line) + 1
    if (size < 0 && bytes > 1000000) break
  }
  close(file)
  if (size >= 0 && bytes == size + 1) { unended = 1; bytes = size }
  return !(got < 0 || (size < 0 && bytes > 1000000) || (size >= 0 && bytes != size) || (size < 0 && bytes == 0))
}
`;
