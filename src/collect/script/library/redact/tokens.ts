/** Secrets that are known by their looks, in addresses, and in keys. A part of the awk program in ../redactor.ts. */
import * as rules from '../../../redact/rules.ts';

export const tokens = String.raw`# Tokens that are known by their looks.
function shapes(line,   pos, out, last, p, len, t, r, e, w, head) {
  pos = 1; last = 1; out = ""; len = length(line)
  while (pos <= len && match(substr(line, pos), shape)) {
    p = pos + RSTART - 1; pos = p + RLENGTH; w = substr(line, p, RLENGTH); head = 0
    if (p > 1 && w ~ /^[A-Za-z]/ && substr(line, p - 1, 1) ~ /[A-Za-z0-9_]/) continue
    if (w == ":AA") while (p > last && substr(line, p - 1, 1) ~ /[0-9]/) p--
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
    } else if (w == ":AA") {
      if (!match(t, /^[0-9]+:AA[A-Za-z0-9_-]+/)) continue
      e = RLENGTH; r = index(t, ":")
      if (r < 7 || e < r + 30) continue
    } else if (w ~ /^[\/.]/) {
      head = length(w)
      e = match(substr(t, head + 1), "^[A-Za-z0-9_@/.-]+") ? RLENGTH : 0
      if (e < 16 || substr(t, head + 1, e) !~ /[0-9]/) continue
      e += head
    } else if (w ~ /^(npm_|hf_|dop)/) {
      e = match(substr(t, length(w) + 1), /^[A-Za-z0-9]+/) ? RLENGTH : -1
      if (e < 20) continue
      e += length(w)
    } else if (w ~ /^(sk-|pypi|[sr]k_)/) {
      match(t, /^[A-Za-z0-9_-]+/); e = RLENGTH
      r = substr(t, length(w) + 1, e - length(w))
      if (e < 20 || !is_mixed(r)) continue
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

function is_mixed(t) { return length(t) >= 12 && t ~ /[0-9]/ && (t ~ /[A-Z]/ || t !~ /[-_]/) && t !~ /^(ssh|ecdsa)-/ }

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
      d = substr(line, v - 7 > 0 ? v - 7 : 1, 4)
      # NATS takes a name without a password for a token.
      if (d != "nats" && (d !~ /^(http|ttps)$/ || length(user) < 16)) continue
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
  if (!wordless) {
    line = pairs(options(line))
    line = names(piped(line, line_after))
  }
  t = pem_line(line)
  return proxies(addresses(shapes(t)))
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

`;
