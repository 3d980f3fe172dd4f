/**
 * The redactor of the capture script, in POSIX awk (mawk, gawk, BusyBox awk, the one true awk). It runs on bytes
 * (LC_ALL=C) and gives back every line that holds no secret as it came. src/collect/redact/scan.ts is its twin on
 * arrival: same functions, same names, same order; a test compares the two.
 *
 * No single quote may stand in it: it is a word of sh.
 */
import * as rules from '../../redact/rules.ts';

const text = (pattern: string): string => `"${pattern.replaceAll('\t', '\\t')}"`;

/** Functions only: `redact(path, n)` turns the lines L[1..n] into O[1..n], and counts in `masked`. */
export const redactor = String.raw`
BEGIN {
  ORS = ""; SQ = sprintf("%c", 39); DQ = sprintf("%c", 34); BS = sprintf("%c", 92); NUL = sprintf("%c", 0)
  if (length("\303\251") != 2) exit 1
  trigger = ${text(rules.trigger)}
  hit = ${text(rules.hit)}
  strong = ${text(rules.strong)}
  keyish = ${text(rules.keyish)}
  harmless = ${text(rules.harmless)}
  keep = ${text(rules.keep)}
  shape = ${text(rules.shape)}
  nch = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"
  any_quote = "[" DQ SQ "]"
  sep_re = "^[" BS BS "]*[" DQ SQ "]?[ \t]*(:=|[+?]?=|:)[ \t]*"
  pair_re = "^[" BS BS "]*[" DQ SQ "][ \t]*,[ \t]*[" BS BS "]*[" DQ SQ "]value[" BS BS "]*[" DQ SQ "][ \t]*:[ \t]*"
  own_line = "^[ \t]*([#;]+[ \t]*)?(-[ \t]+)*(export[ \t]+)?[" DQ SQ "]?$"
  maplike = "^[" DQ SQ "]?[A-Za-z0-9_./-]+[" DQ SQ "]?[ \t]*(:[ \t]|:\r?$)"
  name_key = "^[ \t]*(-[ \t]+)?[" DQ SQ "]?name[" DQ SQ "]?[ \t]*:[ \t]*"
  value_key = "^[ \t]*(-[ \t]+)?[" DQ SQ "]?value[" DQ SQ "]?[ \t]*:[ \t]*"
  word_end = "[ \t\r,;&})" DQ SQ "]|[]]"
  flag_open = "^[" BS BS "]*[" DQ SQ "]?,?[ \t]*[" BS BS "]?[ \t\r]*$"
  flag_gap = "^[" BS BS "]*[" DQ SQ "]?,?[ \t]+"
  flag_comma = "^[" BS BS "]*[" DQ SQ "],"
  flag_item = "^[ \t]*(-[ \t]+)*[" DQ SQ "]"
  pem_open = "^[" DQ SQ " \t\r]*$"
  secret_kind = "^[ \t]*[" DQ SQ "]?kind[" DQ SQ "]?[ \t]*:[ \t]*[" DQ SQ "]?secret[" DQ SQ "]?[ \t,\r]*$"
  data_key = "^[ \t]*[" DQ SQ "]?(stringdata|data)[" DQ SQ "]?[ \t]*:[ \t]*[{]?[ \t\r]*$"
  any_key = "^[ \t]*[" DQ SQ "]?[A-Za-z0-9_./-]+[" DQ SQ "]?[ \t]*:[ \t]*"
  after_quote = " \t,;:}])\r<>|" BS
  address_end = "[ \t\r/" DQ "]"
}
function mark(t,   h, c) {
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
function class(name) {
  name = tolower(name)
  sub(/^-+/, "", name)
  if (name ~ harmless) return 0
  if (name ~ strong) return 2
  return name ~ keyish ? 1 : 0
}
function is_path(t) { return t ~ /^(~|[.][.]?)?\/[^ \t+=]*$/ && t ~ /[a-z]/ && (t ~ /\/.*[\/.]/) }
function spared(t, c) { return kept(t) || (c == 1 && is_path(t)) }
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

# Masks what stands behind names. Sets state for what goes on in the next lines.
function names(line,   low, len, pos, out, last, p, s, e, name, before, rest, sep, sign, v, c, own, comment, inside, keyq, spaced, tail, dq, sq, qpos, t, how, val, bare, numeric, prefix, n) {
  low = tolower(line); len = length(line); pos = 1; last = 1; out = ""; qpos = 1; dq = 0; sq = 0
  while (pos <= len && match(substr(low, pos), hit)) {
    p = pos + RSTART - 1
    s = p; while (s > last && p - s < 80 && index(nch, substr(line, s - 1, 1))) s--
    e = p; while (e <= len && e - p < 80 && index(nch, substr(line, e, 1))) e++
    pos = e
    name = substr(line, s, e - s); before = substr(line, s - 1, s > 1 ? 1 : 0)
    if (before == "$") continue
    c = class(name); endpoint = 0
    if (!c) continue
    if (quadlet && name == "Secret" && s == 1) continue
    rest = substr(line, e); prefix = substr(line, 1, s - 1)
    t = substr(line, qpos, s - qpos); dq += gsub(/"/, "", t); sq += gsub(SQ, "", t); qpos = s
    own = prefix ~ own_line; comment = prefix ~ /^[ \t]*[#;]/
    inside = dq % 2 ? DQ : sq % 2 ? SQ : ""
    sep = ""; how = 0; keyq = 0
    if (match(rest, pair_re)) { sep = substr(rest, 1, RLENGTH); sign = ":"; keyq = 1; spaced = 1; own = 0 }
    else if (match(rest, sep_re)) {
      sep = substr(rest, 1, RLENGTH)
      sign = sep; gsub(/[^:=]/, "", sign)
      keyq = sep ~ any_quote
      spaced = sep ~ /[ \t]$/
    }
    if (sep != "") {
      v = e + length(sep)
      t = substr(line, v, 1)
      if (sign == ":" && t == ":") continue
      if (sign == "=" && (t == "=" || t == "~")) continue
      if (sign == ":" && !spaced && !keyq && (before == "/" || substr(line, v, 2) == "//")) continue
      if (keyq) inside = ""
      # A default of a variable.
      if (before == "{" && substr(line, s - 2, 1) == "$") {
        if (t ~ /[=?+-]/) v++
        how = 1; own = 0
      }
      if (own && !comment && sign == ":" && match(substr(line, v), /^[!&][^ \t"]*[ \t]+/)) v += RLENGTH
      tail = substr(line, v)
      if (tail ~ /^[ \t\r]*$/ || (sign == ":" && spaced && tail ~ /^#/)) {
        if (own && !comment && sign == ":") begin_state("next", column(prefix))
        state_class = c
        continue
      }
      if (own && sign == ":" && tail ~ /^[|>][-+0-9]*[ \t]*(#.*)?\r?$/) { begin_state("block", column(prefix)); continue }
      if (substr(tail, 1, 1) == "{" && tail !~ /^[{][{]/) continue
      if (substr(tail, 1, 1) == "[") {
        t = elements(line, v + 1, c)
        out = out substr(line, last, v + 1 - last) t
        last = rest_at; pos = last; qpos = last
        if (!closed && rest_at > len && own && !comment) { begin_state("list", 0); state_class = c }
        continue
      }
    } else if (name ~ /^--?[A-Za-z]/) {
      if (rest ~ flag_open) {
        if (substr(line, hole(line) - 1, 1) ~ /[,]/ || substr(line, hole(line) - 1, 1) == BS || prefix ~ flag_item || prefix ~ /^[ \t]*-[ \t]+$/) { begin_state("flag", 0); state_class = c }
        continue
      }
      if (match(rest, flag_gap) || match(rest, flag_comma)) v = e + RLENGTH
      else continue
      if (substr(rest, 1, 1) ~ any_quote || substr(rest, 1, 1) == BS) inside = ""
      t = substr(line, v); sub("^[" BS BS "]*[" DQ SQ "]?", "", t)
      if (t ~ /^--/ || t ~ /^[|&;)]/ || t ~ /^-[A-Za-z]([ \t]|$)/ || t == "") continue
      sign = "="; spaced = 0; own = 0
    } else if (tolower(name) ~ /^(password|passwd)$/ && (line ~ /(^|[ \t])(machine|login)[ \t]/ || (boot && own && !comment)) && match(rest, /^[ \t]+/)) {
      v = e + RLENGTH
      if (boot && match(substr(line, v), /^[^ \t]+[ \t]+/)) v += RLENGTH
      sign = "="; spaced = 0; own = 0
    } else continue

    v_cut = 0
    if (quoted(line, v, inside)) {
      val = substr(line, v_in, v_out - v_in)
      if (!comment && own && v_open) { begin_state(v_open == 3 ? "triple" : "quote", 0); state_quote = v_quote }
      if (spared(val, c)) { pos = v_end; continue }
      out = out substr(line, last, v_in - last) mark(val) (v_cut ? v_quote : "")
      last = v_out; pos = v_end; qpos = v_end
      continue
    }
    numeric = 0
    if (!keyq && inside == "" && own && (sign != "=" || spaced || variables)) {
      v_out = hole(line)
      if (substr(line, v_out - 1, 1) == BS && v_out - 1 > v) {
        v_out--
        while (v_out > v && substr(line, v_out - 1, 1) ~ /[ \t]/) v_out--
        begin_state("cont", 0)
      }
      if (v_out < v) v_out = v
    } else {
      if (sign != "=" && spaced && !own) how = 1
      if (keyq && sign != "=") how = 1
      v_out = word(line, v, inside, how, before ~ /[?&]/)
      if (v_out == len + 1 && substr(line, len, 1) == BS && v < len) { v_out = len; begin_state("word", 0) }
    }
    val = substr(line, v, v_out - v)
    bare = match(val, /[ \t]#/) ? substr(val, 1, RSTART - 1) : val; bare = substr(bare, 1, hole(bare) - 1)
    if (spared(val, c) || spared(bare, c)) { if (state == "cont" || state == "word") state = ""; pos = v; continue }
    numeric = val ~ /^[-+0-9._eE]+$/ && inside == "" && !index(sep, BS) && (own || keyq || spaced)
    out = out substr(line, last, v - last) (numeric ? DQ : "") mark(val) (numeric ? DQ : "")
    last = v_out; pos = v_out; qpos = v_out
  }
  return out substr(line, last)
}

# Tokens that are known by their looks.
function shapes(line,   pos, out, last, p, len, t, r, e, w, head) {
  pos = 1; last = 1; out = ""; len = length(line)
  while (pos <= len && match(substr(line, pos), shape)) {
    p = pos + RSTART - 1; pos = p + RLENGTH; w = substr(line, p, RLENGTH); head = 0
    if (p > 1 && substr(w, 1, 1) != "$" && substr(line, p - 1, 1) ~ /[A-Za-z0-9_]/) continue
    t = substr(line, p)
    if (w ~ /^eyJ/) {
      match(t, /^[A-Za-z0-9_.-]+/)
      if (RLENGTH < 30 || t !~ /^eyJ[A-Za-z0-9_-]+[.][A-Za-z0-9_-]+/) continue
      e = RLENGTH
    } else if (w ~ /^K10/) {
      if (RLENGTH < 0 || length(w) < 37) continue
      match(t, "^[^ \t\r,;" DQ BS BS "]+"); e = RLENGTH
      r = index(substr(t, 1, e), SQ); if (r) e = r - 1
    } else if (w ~ /^LS0t/) {
      match(t, "^[A-Za-z0-9+/=]+"); e = RLENGTH
      if (e < 30 || t ~ /^LS0tLS1CRUdJTiBDRVJ/ || t ~ /^LS0tLS1CRUdJTiBQVUJ/) continue
    } else if (w ~ /^[$]/) {
      match(t, "^[A-Za-z0-9./$=,*-]+"); e = RLENGTH; head = length(w)
      r = substr(t, 1, e); while ((p2 = index(r, "$")) > 0) r = substr(r, p2 + 1)
      if (e < 28 || length(r) < 22) continue
      match(r, "^[A-Za-z0-9./]+")
      if (RLENGTH < 22) continue
    } else if (w ~ /^[Bb]/) {
      match(substr(t, length(w) + 1), "^[A-Za-z0-9._~+/=-]+"); head = length(w); e = head + RLENGTH
      if (RLENGTH < 16 || substr(t, head + 1, RLENGTH) !~ /[0-9]/) continue
    } else if (w ~ /^grub/) {
      match(t, /^[A-Za-z0-9.]+/); e = RLENGTH; head = length(w)
      if (e < 60) continue
    } else {
      match(t, /^[A-Za-z0-9_.-]+/); e = RLENGTH
      if (e < 20) continue
    }
    out = out substr(line, last, p + head - last) mark(substr(t, head + 1, e - head))
    last = p + e; pos = last
  }
  return out substr(line, last)
}

# The password of an address: between the first colon and the last @ of its authority.
function addresses(line,   pos, out, last, i, v, e, t, at, colon, r, user, from, d) {
  pos = 1; last = 1; out = ""
  while ((i = index(substr(line, pos), "://")) > 0) {
    v = pos + i + 2; pos = v
    if (v < 5 || substr(line, v - 4, 1) !~ /[A-Za-z0-9+.-]/) continue
    t = substr(line, v)
    e = match(t, address_end) ? RSTART - 1 : length(t)
    r = substr(t, 1, e)
    at = last_at(r); colon = index(r, ":")
    if (!at && colon > 1 && substr(t, e + 1, 1) == "/" && substr(r, 1, 1) != "[" && substr(r, colon + 1) !~ /^[0-9]*$/) {
      e = match(t, "[ \t\r" DQ "]") ? RSTART - 1 : length(t)
      r = substr(t, 1, e); at = last_at(r)
    }
    if (!at) continue
    if (colon > 0 && colon < at) {
      user = substr(r, colon + 1, at - colon - 1); from = v + colon
      # A port, and then something else with an @ in it.
      if (user ~ /^[0-9]+[^0-9].*:\/\// || user ~ ("^[0-9]+" SQ)) continue
    } else {
      user = substr(r, 1, at - 1); from = v
      if (substr(line, v - 7 > 0 ? v - 7 : 1, 4) !~ /^(http|ttps)$/ || length(user) < 16) continue
    }
    if (kept(user)) continue
    out = out substr(line, last, from - last) mark(user)
    last = from + length(user); pos = last
  }
  line = out substr(line, last)
  # user:password@tcp(host)/db, as database drivers of Go take it.
  if (match(line, /@(tcp|unix)[(]/)) {
    at = RSTART; i = at
    while (i > 1 && index(" \t=" DQ SQ, substr(line, i - 1, 1)) == 0) i--
    r = substr(line, i, at - i); d = index(r, "//"); if (d) { r = substr(r, d + 2); i += d + 1 }
    colon = index(r, ":")
    if (colon && !kept(substr(r, colon + 1))) line = substr(line, 1, i + colon - 1) mark(substr(r, colon + 1)) substr(line, at)
  }
  return line
}
function last_at(t,   n, d) { n = 0; while ((d = index(substr(t, n + 1), "@")) > 0) n += d; return n }

function scan(line,   t) {
  if (tolower(line) !~ trigger) return line
  if (length(line) > ${rules.longest}) return is_mark(line) ? line : mark(line)
  if (!wordless) line = names(line)
  t = pem_line(line)
  return addresses(shapes(t))
}
# A private key that stands in the line, or begins with it.
function pem_line(line,   p, head, tail, e, q, t) {
  p = index(line, "-----BEGIN ")
  if (!p) return line
  head = substr(line, p)
  if (!match(head, /^-----BEGIN [A-Z0-9 ]+-----/)) return line
  e = RLENGTH; t = substr(head, 12, e - 16)
  tail = substr(head, e + 1)
  if (t ~ /^(.* )?(CERTIFICATE|PUBLIC KEY)( .*)?$/ || t ~ /CERTIFICATE/) return line
  if (tail ~ pem_open) { if (state == "") begin_state("pem", 0); return line }
  q = index(tail, "-----END ")
  if (q) { tail = substr(tail, 1, q - 1); return is_mark(tail) || kept(tail) ? line : substr(line, 1, p + e - 1) mark(tail) substr(line, p + e + q - 1) }
  if (substr(tail, 1, 2) == BS "n" || substr(tail, 1, 2) == BS BS) {
    match(tail, "^[^" DQ SQ " \t\r]*")
    t = substr(tail, 1, RLENGTH)
    return substr(line, 1, p + e - 1) mark(t) substr(line, p + e + RLENGTH)
  }
  return line
}

function text_begins(path) {
  lines_out = 0; masked = 0; state = ""; gathered = ""; gathered_at = 0; secret_doc = 0; in_data = -1; pair = 0
  skip = path ~ ${text(rules.exempt)}
  wordless = path ~ ${text(rules.wordless)}
  fields = path ~ ${text(rules.passwords)}
  variables = path ~ ${text(rules.plainVariables)}
  lists = path ~ ${text(rules.optionLists)}
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
    if (match(t, value_key)) { pair = 0; put(whole_value(t, RLENGTH + 1)); return }
  }
  low = tolower(t)
  if (in_data >= 0 && t !~ /^[ \t\r]*$/) {
    if (column(t) > in_data) { if (match(t, any_key)) { n = RLENGTH; if (substr(t, n + 1) ~ /^[|>][-+0-9]*[ \t]*\r?$/) { begin_state("block", column(t)); put(t) } else put(whole_value(t, n + 1)); return } }
    else in_data = -1
  }
  if (secret_doc && low ~ data_key) in_data = column(t)
  if (low !~ trigger) { put(t); return }
  if (match(low, name_key)) {
    r = substr(t, RLENGTH + 1); gsub("[" DQ SQ ", \t\r]", "", r)
    if (r ~ /^[A-Za-z0-9_.-]+$/ && class(r)) pair = 2
  }
  put(scan(t))
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
  state = ""
  return 0
}
function whole_or_spared(t, v,   r) {
  r = substr(t, v); gsub("^[" DQ SQ "]|[" DQ SQ ", \t\r]*$", "", r)
  return spared(r, state_class) ? t : whole_value(t, v)
}
# One word of a command line, or one variable of an environment.
function argument(t,   n, name) {
  if (state == "flag") {
    state = ""
    if (t !~ /^--/) return spared(t, state_class) ? t : mark(t)
  }
  if (match(t, /^[A-Za-z0-9_.-]+=/)) {
    name = substr(t, 1, RLENGTH - 1); n = class(name)
    if (n) { name = substr(t, RLENGTH + 1); return spared(name, n) ? t : substr(t, 1, RLENGTH) mark(name) }
  } else if (t ~ /^--?[A-Za-z0-9_.-]+$/ && (n = class(t))) { begin_state("flag", 0); state_class = n; return t }
  t = scan(t); state = ""
  return t
}
# A line of passwd(5) or shadow(5): what marks a locked account stays, and the method.
function account(t,   n, d, f, m) {
  n = index(t, ":"); if (!n) return t
  d = index(substr(t, n + 1), ":"); if (!d) return t
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
  for (i = 1; i <= n; i++) line_is(L[i])
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
