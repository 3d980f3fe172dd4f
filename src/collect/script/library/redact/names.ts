/** What stands behind a name that speaks of a secret. A part of the awk program in ../redactor.ts. */
export const names = String.raw`# In the query of an address, and between the semicolons of a connection string, a name means more.
function class_here(name, line, e, before,   c) {
  c = class(name)
  if (c == 3 && (before == "?" || before == "&")) return 2
  if (tolower(name) != "pwd" || substr(line, e, 2) !~ /^=[^\/$]/) return c
  return before == ";" || substr(line, e) ~ ("^=[^;" DQ SQ "]*;[ \t]*[A-Za-z]") ? 2 : c
}
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
    c = class_here(name, line, e, before)
    if (!c) continue
    if (quadlet && ((name == "Secret" && s == 1) || (name == "--secret" && line ~ /^PodmanArgs[ \t]*=/))) continue
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
      if (sign == ":" && !spaced && !keyq && prefix ~ volume && substr(line, v) ~ mounted) continue
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
      v_out = inside != "" && sign == ":" && tolower(substr(line, v > 9 ? v - 9 : 1, 9)) ~ /cookie/ ? index(substr(line, v), inside) : 0
      v_out = v_out ? v + v_out - 1 : word(line, v, inside, how, before ~ /[?&]/)
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

`;
