/** Secrets in commands, and values whose name comes after them. A part of the awk program in ../redactor.ts. */
import * as rules from '../../../redact/rules.ts';
import { text } from './literal.ts';

const rows = rules.carriers
  .map(
    ({ program, apart = '', glued = '', colon = false, second = false, wraps = false, behind = '' }, at) =>
      `  carrier_program[${at + 1}] = ${text(program)}; carrier_apart[${at + 1}] = ${text(apart)}; carrier_glued[${at + 1}] = ${text(glued)}; carrier_colon[${at + 1}] = ${Number(colon)}; carrier_second[${at + 1}] = ${Number(second)}; carrier_wraps[${at + 1}] = ${Number(wraps)}; carrier_behind[${at + 1}] = ${text(behind)}\n`,
  )
  .join('');

export const commands = `BEGIN {
${rows}  carriers = ${rules.carriers.length}
  port = ${text(rules.port)}
  readers = ${text(rules.readers)}
${String.raw`  item = "^[ \t]*(-[ \t]+[" DQ SQ "]?|[" DQ SQ "])[^" DQ SQ "]*[" DQ SQ "]?,?[ \t\r]*$"
  word_chars = "^[^][ \t\r" DQ SQ ",|&;(){}" BS BS "]+"
  format_re = "^[" BS BS "]*[" DQ SQ "]?[^" DQ SQ " \t]*%[^" DQ SQ " \t]*[" BS BS "]*[" DQ SQ "]?[ \t]+"
  here_re = "<<-?[ \t]*[" DQ SQ BS BS "]?[A-Za-z_][A-Za-z0-9_]*"
  here_head = "^<<-?[ \t]*[" DQ SQ BS BS "]?"
  pair_value = "[{,][ \t]*[" BS BS "]*[" DQ SQ "]?value[" BS BS "]*[" DQ SQ "]?[ \t]*:[ \t]*"
  pair_name = "^[" BS BS "]*[" DQ SQ "]?[ \t]*,[ \t]*[" BS BS "]*[" DQ SQ "]?(name|key)[" BS BS "]*[" DQ SQ "]?[ \t]*:[ \t]*[" BS BS "]*[" DQ SQ "]?[A-Za-z0-9_.-]+"
  proxy_re = "proxy(_?(url|addr|host))?[=: \t," DQ SQ BS BS "]+"
}
function command_ends() { program = 0; words_before = 0; word_before = ""; due = 0 }
function command_goes_on() { due = 0; if (program && carrier_wraps[program]) command_ends() }
# Masks what stands behind options of known programs.
function options(line,   out, last, pos, n, w, at, from, to, val, head) {
  if (line !~ item && !goes_on_here) command_ends()
  out = ""; last = 1; pos = 1
  if (match(line, /^[ \t]*(-[ \t]+)+/)) pos += RLENGTH
  while (pos <= length(line)) {
    n = match(substr(line, pos, 300), word_chars) ? RLENGTH : 0
    if (!n) { if (index("|&;(", substr(line, pos, 1))) command_ends(); pos++; continue }
    w = substr(line, pos, n)
    at = value_in(w, pos > 1 ? substr(line, pos - 1, 1) : "", substr(line, pos + n, 1))
    if (at < 0) { pos += n; continue }
    from = pos + at
    to = value_end(line, from, at == 0 || at > n ? from : pos)
    val = substr(line, from, to - from)
    head = stays(val)
    command_goes_on()
    pos = to > pos + n ? to : pos + n
    if (head < 0) continue
    out = out substr(line, last, from + head - last) mark(substr(val, head + 1)); last = to
  }
  return out substr(line, last)
}
function value_in(w, before, after,   n) {
  if (due && w !~ /^-/) return 0
  due = 0
  if (program && w ~ /^-/) {
    if (carrier_apart[program] != "" && w ~ carrier_apart[program]) due = 1
    n = carrier_glued[program] != "" && match(w, carrier_glued[program]) ? RLENGTH : 0
    if (n && length(w) > n && !due) return n
    if (n && length(w) == n && (after == DQ || after == SQ) && after != before) return n + 1
    return -1
  }
  program_is(w)
  return -1
}
function program_is(w,   base, i) {
  if (program && carrier_wraps[program]) command_ends()
  base = w; sub(/^.*[\/=]/, "", base)
  for (i = 1; i <= carriers; i++) if (base ~ carrier_program[i]) {
    if ((!carrier_second[i] || (words_before > 0 && base == w)) && (carrier_behind[i] == "" || word_before ~ carrier_behind[i])) program = i
    break
  }
  words_before++
  if (w !~ /^-/) word_before = w
}
function stays(val,   colon, hidden) {
  colon = program && carrier_colon[program] ? index(val, ":") : 0
  if (program && carrier_colon[program] && !colon) return -1
  hidden = substr(val, colon + 1)
  return kept(hidden) || val ~ port || hidden ~ /^-/ ? -1 : colon
}
function value_end(line, from, start,   q, d, to) {
  q = start > 1 ? substr(line, start - 1, 1) : ""
  if (q == DQ || q == SQ) {
    d = index(substr(line, from), q); to = d ? from + d - 1 : hole(line)
    while (to > from && substr(line, to - 1, 1) == BS) to--
    return to > from ? to : from
  }
  if (match(substr(line, from), index(line, "[") ? "[] \t\r" DQ SQ "|;&,]" : "[ \t\r" DQ SQ "|;&]")) return from + RSTART - 1
  return length(line) + 1
}
# Masks what a line writes to a command that reads a secret.
function piped(line, after,   goes_on, t, p, v) {
  goes_on = line ~ ("[|" BS BS "][ \t\r]*$")
  if (line !~ readers && !(goes_on && after ~ readers)) return line
  t = line; gsub(/<<</, "   ", t)
  if (state == "" && match(t, here_re)) { t = substr(t, RSTART, RLENGTH); sub(here_head, "", t); begin_state("here", state_col); state_quote = t }
  p = index(line, "<<<")
  if (p) {
    v = p + 3
    if (match(substr(line, v), /^[ \t]+/)) v += RLENGTH
    line = written(line, v, 0)
  }
  return echoed(line, goes_on)
}
function echoed(line, goes_on,   p, v) {
  if (!match(line, /(echo|printf)[ \t]+/)) return line
  p = RSTART; v = RSTART + RLENGTH
  if (!goes_on && !index(substr(line, p), "|")) return line
  while (match(substr(line, v), /^(-[neE]+|--)[ \t]+/)) v += RLENGTH
  if (substr(line, p, 1) == "p" && match(substr(line, v), format_re)) v += RLENGTH
  return written(line, v, 1)
}
function written(line, v, all,   val, to) {
  if (quoted(line, v, "")) {
    val = substr(line, v_in, v_out - v_in)
    return kept(val) ? line : substr(line, 1, v_in - 1) mark(val) (v_cut ? v_quote : "") substr(line, v_out)
  }
  to = match(substr(line, v), all ? "[|\r" DQ SQ "]" : "[ \t\r|;&" DQ SQ "]") ? v + RSTART - 1 : length(line) + 1
  while (to > v && index(" \t\r" BS, substr(line, to - 1, 1))) to--
  val = substr(line, v, to - v)
  return kept(val) ? line : substr(line, 1, v - 1) mark(val) substr(line, to)
}
# One word of a process: sets known where it is all said.
function option_word(t,   at, head) {
  known = 1
  if (due && t !~ /^-/) {
    head = stays(t); command_goes_on()
    return head < 0 ? t : substr(t, 1, head) mark(substr(t, head + 1))
  }
  at = t ~ /[ \t]/ && t !~ /^-/ ? -1 : value_in(t, "", "")
  if (at >= 0) {
    head = stays(substr(t, at + 1)); command_goes_on()
    if (head >= 0) return substr(t, 1, at + head) mark(substr(t, at + head + 1))
  }
  known = 0
  return t
}
# {value: SECRET, name: NAME}: the name that speaks of the secret comes after it.
function pairs(line,   low, out, last, pos, v, from, to, n, c, val) {
  low = tolower(line); out = ""; last = 1; pos = 1
  while (match(substr(low, pos), pair_value)) {
    v = pos + RSTART - 1 + RLENGTH
    if (quoted(line, v, "")) { from = v_in; to = v_out } else { from = v; to = word(line, v, "", 1, 0) }
    pos = to > v ? to : v
    if (!match(substr(low, pos), pair_name)) continue
    n = substr(line, pos, RLENGTH); sub("^.*[ \t:" DQ SQ BS BS "]", "", n)
    c = class(n); val = substr(line, from, to - from)
    if (!c || spared(val, c)) continue
    out = out substr(line, last, from - last) mark(val); last = to
  }
  return out substr(line, last)
}
# proxy=user:password@host:3128
function proxies(line,   low, out, last, pos, v, t, colon, at, val, host) {
  low = tolower(line); out = ""; last = 1; pos = 1
  while (match(substr(low, pos), proxy_re)) {
    v = pos + RSTART - 1 + RLENGTH; pos = v
    t = match(substr(line, v), "^[^ \t\r" DQ SQ ",;" BS BS "]+") ? substr(line, v, RLENGTH) : ""
    colon = index(t, ":"); at = last_at(t); val = substr(t, colon + 1, at - colon - 1); host = substr(t, at + 1)
    if (index(t, "://") || colon < 2 || at <= colon + 1 || host !~ /^[A-Za-z0-9[]/ || host ~ /^sha[0-9]+:/ || kept(val)) continue
    out = out substr(line, last, v + colon - last) mark(val)
    last = v + at - 1; pos = last
  }
  return out substr(line, last)
}

`}`;
