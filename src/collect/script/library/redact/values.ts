/** Placeholders, classes of names, and where a value ends. A part of the awk program in ../redactor.ts. */
import * as rules from '../../../redact/rules.ts';

export const values = String.raw`function mark(t,   h, c) {
  masked++
  if (hash == "") return "<redacted>"
  if (!(t in marks)) {
    h = ""
    if (hashed < ${rules.hashes}) {
      hashed++
      c = hash " >" SQ dir "/hash" SQ
      printf "%s", ENVIRON["pretrip_key"] t | c
      close(c)
      if ((getline h < (dir "/hash")) <= 0) h = ""
      close(dir "/hash")
      h = substr(h, 1, 12)
      if (length(h) != 12 || h ~ /[^0-9a-f]/) h = ""
    }
    marks[t] = h == "" ? "<redacted>" : "<redacted:" h ">"
  }
  return marks[t]
}
function is_mark(t) { return t ~ /^<redacted(:[0-9a-f]+)?>$/ }
function kept(t) { return t == "" || tolower(t) ~ keep || is_mark(t) }
function class(name,   given) {
  given = name
  name = tolower(name)
  sub(/^-+/, "", name)
  if (name ~ harmless) return 0
  if (name ~ strong) return 2
  if (name ~ keyish) return 1
  if (name ~ open_name) return 0
  if (given ~ capital) return 1
  return name ~ doubtful ? 3 : 0
}
function looks_secret(t) { return (t ~ /^[0-9][0-9][0-9][0-9]+$/ || (length(t) >= 8 && t ~ /[0-9]/ && t ~ /[A-Za-z]/)) && t !~ tame }
function is_path(t) { return t ~ /^(~|[.][.]?)?\/[^ \t+=]*$/ && t ~ /[a-z]/ && (t ~ /\/.*[\/.]/) }
function spared(t, c) { return kept(t) || ((c == 1 || c == 3) && is_path(t)) || (c == 3 && !looks_secret(t)) }
function indent(t) { match(t, /^[ \t]*/); return RLENGTH }
function hole(t,   n) { n = length(t); while (n > 0 && index(" \t\r", substr(t, n, 1))) n--; return n + 1 }
function column(t,   n) { n = indent(t); return match(substr(t, n + 1), /^(-[ \t]+)+/) ? n + RLENGTH : n }

# The value that begins at v: sets v_in, v_out (what to mask: from, up to), v_end, v_pre and v_post (quotes to add).
function quoted(line, v, inside,   n, q, i, d, len, after) {
  n = 0; v_cut = 0
  while (substr(line, v + n, 1) == BS) n++
  q = substr(line, v + n, 1)
  if (q != DQ && q != SQ) return 0
  v_in = v + n + 1; v_quote = q; v_open = 0; len = length(line)
  if (n > 0) {
    d = index(substr(line, v_in), substr(line, v, n + 1))
    v_out = d ? v_in + d - 1 : hole(line); v_end = d ? v_out + n + 1 : len + 1
    if (v_out < v_in) v_out = v_in
    return 1
  }
  if (substr(line, v, 3) == q q q) {
    v_in = v + 3
    d = index(substr(line, v_in), q q q)
    v_out = d ? v_in + d - 1 : hole(line); v_end = d ? v_out + 3 : len + 1; v_open = d ? 0 : 3
    if (v_out < v_in) v_out = v_in
    return 1
  }
  i = v_in
  for (;;) {
    d = index(substr(line, i), q)
    if (!d) { v_out = hole(line); if (v_out < v_in) v_out = v_in; v_end = v_out; v_open = 1; return 1 }
    i += d - 1
    if (q == DQ) { n = 0; while (i - 1 - n >= v_in && substr(line, i - 1 - n, 1) == BS) n++; if (n % 2) { i++; continue } }
    after = substr(line, i + 1, 1)
    if (after == "" || index(after_quote, after) || after == inside) break
    # The quote goes on: doubled, or glued to more text.
    if (after == q) { i += 2; continue }
    if (i == v_in) { v_out = v_in; v_end = i + 1; return 1 }
    v_out = word(line, i + 1, inside, 0, 0); v_end = v_out
    v_cut = 1
    return 1
  }
  v_out = i; v_end = i + 1
  return 1
}
# Where an unquoted value ends. how: 0 at a blank, 1 at what ends a value in braces or in a sentence.
function word(line, v, inside, how, query,   i, len, ch, next_ch, d, t) {
  i = v; len = length(line)
  while (i <= len && match(substr(line, i), word_end)) {
    i += RSTART - 1
    ch = substr(line, i, 1); next_ch = substr(line, i + 1, 1)
    if (ch == "\r") { if (i == len) return i; i++; continue }
    if (ch == " " || ch == "\t") {
      if (how == 0 && substr(line, i - 1, 1) != BS) return i
      if (hole(line) <= i) return hole(line)
      i++; continue
    }
    if (ch == ",") {
      if (lists) return i
      t = substr(line, i + 1)
      if (match(t, /[ \t\r,;]/)) d = RSTART; else d = length(t) + 1
      if (d == 1 || substr(t, 1, d - 1) ~ /[=:]/) return i
      i++; continue
    }
    if (ch == ";") { if (next_ch == "" || next_ch ~ /[ \t\r]/) return i; i++; continue }
    if (ch == "&") { if (query || next_ch == "" || next_ch ~ /[ \t\r&]/) return i; i++; continue }
    if (ch == DQ || ch == SQ) {
      if (ch == inside) { while (i > v && substr(line, i - 1, 1) == BS) i--; return i }
      if (inside != "") { i++; continue }
      d = index(substr(line, i + 1), ch)
      if (!d) return hole(line) > v ? hole(line) : v
      i += d + 1; continue
    }
    if (ch == "}" || ch == "]") { if (how == 1 || substr(line, v, i - v) ~ /^[0-9.]+$/) return i }
    i++
  }
  return i > len ? len + 1 : hole(line) > i ? hole(line) : i
}
# Elements of a list, up to the bracket that closes it.
function elements(line, v, c,   out, last, len, ch, t) {
  out = ""; last = v; len = length(line); closed = 0
  while (v <= len) {
    ch = substr(line, v, 1)
    if (ch == "]") { closed = 1; break }
    if (ch == " " || ch == "\t" || ch == "," || ch == "\r" || ch == "[") { v++; continue }
    if (ch == "#" || ch == "{") break
    if (quoted(line, v, "")) { t = substr(line, v_in, v_out - v_in) }
    else {
      match(substr(line, v), /^[^],]*/)
      v_in = v; v_out = v + RLENGTH; v_end = v_out
      while (v_out > v_in && substr(line, v_out - 1, 1) ~ /[ \t\r]/) v_out--
      t = substr(line, v_in, v_out - v_in)
    }
    if (!spared(t, c)) { out = out substr(line, last, v_in - last) mark(t); last = v_out }
    v = v_end
  }
  rest_at = v
  return out substr(line, last, v - last)
}
function begin_state(s, col) { state = s; state_col = col }

`;
