/**
 * Finds credentials in POSIX awk (mawk, gawk, BusyBox awk, the one true awk). Its twin is src/facts/text/credentials.ts:
 * same order, same names; a test compares the two. No intervals, which not every awk has, and no single quote, for it is a
 * word of sh.
 */
/** What grep -E looks for first: every credential has one of these in one of its lines. */
export const suspectLine = [
  '-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY( BLOCK)?-----',
  '^PuTTY-User-Key-File-[0-9]',
  '^AGE-SECRET-KEY-',
  `kind["']?[ \t\r]*:[ \t\r]*["']?Config`,
  'K10[0-9a-f]{64}::',
  'eyJhbGciOi',
  '"auth"',
].join('|');

/** `credentials(n)` finds those in the lines L[1..n]: found, C_line, C_is, C_form, C_encrypted, by line. */
export const credentialsAwk: string = `
function repeated(c, n,   s) { s = ""; while (n-- > 0) s = s c; return s }
function setup_credentials() {
  key_begin = "^[ \\t]*-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY( BLOCK)?-----[ \\t]*\\r?$"
  key_end = "^[ \\t]*-----END ([A-Z0-9]+ )*PRIVATE KEY( BLOCK)?-----"
  base64_line = "^[ \\t]*" repeated("[A-Za-z0-9+/]", 16) "[A-Za-z0-9+/]*=?=?[ \\t]*\\r?$"
  age_line = "^AGE-SECRET-KEY-(PQ-)?1" repeated("[02-9AC-HJ-NP-Z]", 58) "[ \\t\\r]*$"
  sp = "[ \\t\\r]*"; q = "[\\"\\047]?"; solid = "[^ \\t\\r\\"\\047]"; w = "[A-Za-z0-9_-]"
  kind_line = "^[ \\t\\r{,]*" q "kind" q ":" sp q "Config" q sp "(," sp ")?$"
  kind_json = "\\"kind\\"" sp ":" sp "\\"Config\\""
  proof["certificate"] = "client-key-data" q ":" sp q repeated("[A-Za-z0-9+/]", 16)
  proof["token"] = "token" q ":" sp q repeated(solid, 8)
  proof["password"] = "password" q ":" sp q solid
  proof["exec"] = "exec" q ":" sp "([{]|$)"
  k3s_token = "K10" repeated("[0-9a-f]", 64) "::" repeated(solid, 4)
  jwt_head = "(^|-)eyJhbGciOi" repeated(w, 10) w "*$"
  jwt_body = "^eyJ" repeated(w, 10)
  jwt_sign = "^" repeated(w, 20)
  auths_line = "\\"auths\\"" sp ":"
  auth_line = "\\"auth\\"" sp ":" sp "\\"" repeated("[A-Za-z0-9+/]", 4) "[A-Za-z0-9+/]*=?=?\\""
}
function label_of(s) { sub(/^[ \\t]*-----(BEGIN|END) /, "", s); return substr(s, 1, index(s, "-----") - 1) }
function add(line, is, form, encrypted) { found++; C_line[found] = line; C_is[found] = is; C_form[found] = form; C_encrypted[found] = encrypted }
function credentials(n) { found = 0; keys(n); putty_keys(n); age_keys(n); kubeconfigs(n); tokens(n); logins(n); by_line() }
function keys(n,   i, j, label, last, solid_body, body, proc) {
  split("", last)
  for (i = 1; i <= n; i++) if (index(L[i], "-----END ") && L[i] ~ key_end) last[label_of(L[i])] = i
  for (i = 1; i <= n; i++) {
    if (!index(L[i], "-----BEGIN ") || L[i] !~ key_begin) continue
    label = label_of(L[i])
    if (!(label in last) || last[label] <= i) continue
    solid_body = 0; body = ""; proc = 0
    for (j = i + 1; !(L[j] ~ key_end && label_of(L[j]) == label); j++) {
      if (L[j] ~ base64_line) solid_body = 1
      if (L[j] ~ /^[ \\t]*Proc-Type: *4, *ENCRYPTED/) proc = 1
      if (length(body) < 64) body = body L[j]
    }
    if (solid_body) key_of(i, label, body, proc)
    i = j
  }
}
function key_of(line, label, body, proc) {
  gsub(/[ \\t\\r]/, "", body)
  if (label == "ENCRYPTED PRIVATE KEY") add(line, "private-key", "pkcs8", 1)
  else if (label == "PRIVATE KEY") add(line, "private-key", "pkcs8", 0)
  else if (label == "OPENSSH PRIVATE KEY") add(line, "private-key", "openssh", index(body, "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU") != 1)
  else if (label == "PGP PRIVATE KEY BLOCK") add(line, "private-key", "pgp", "-")
  else add(line, "private-key", "pem", proc)
}
function putty_keys(n,   i, j, s) {
  for (i = 1; i <= n; i++) {
    if (L[i] !~ /^PuTTY-User-Key-File-[0-9]+: /) continue
    s = ""
    for (j = i; j < i + 8 && j <= n && s == ""; j++) if (match(L[j], /^Encryption: *[^ \\t\\r]+/)) { s = substr(L[j], 1, RLENGTH); sub(/^Encryption: */, "", s) }
    add(i, "private-key", "putty", s != "none")
  }
}
function age_keys(n,   i) { for (i = 1; i <= n; i++) if (L[i] ~ age_line) add(i, "private-key", "age", 0) }
function any(re, n,   i) { for (i = 1; i <= n; i++) if (L[i] ~ re) return i; return 0 }
function prove(form, n,   i) { i = any(proof[form], n); if (i) add(i, "kubeconfig", form, "-") }
function kubeconfigs(n) {
  if (!(any(kind_line, n) || any(kind_json, n)) || !any("users" q ":", n)) return
  prove("certificate", n); prove("token", n); prove("password", n); prove("exec", n)
}
function is_k3s(s,   before, c) {
  before = ""
  while (match(s, k3s_token)) {
    c = RSTART > 1 ? substr(s, RSTART - 1, 1) : before
    if (c !~ /[A-Za-z0-9_]/) return 1
    before = substr(s, RSTART, 1); s = substr(s, RSTART + 1)
  }
  return 0
}
function is_jwt(s,   words, parts, n, m, i, j) {
  n = split(s, words, /[^A-Za-z0-9_.-]+/)
  for (i = 1; i <= n; i++) {
    if (!index(words[i], "eyJhbGciOi")) continue
    m = split(words[i], parts, /[.]/)
    for (j = 1; j + 2 <= m; j++) if (parts[j] ~ jwt_head && parts[j + 1] ~ jwt_body && parts[j + 2] ~ jwt_sign) return 1
  }
  return 0
}
function tokens(n,   i) {
  for (i = 1; i <= n; i++) if (index(L[i], "K10") && is_k3s(L[i])) add(i, "token", "k3s", "-")
  for (i = 1; i <= n; i++) if (index(L[i], "eyJhbGciOi") && is_jwt(L[i])) add(i, "token", "jwt", "-")
}
function logins(n,   i) {
  if (!any(auths_line, n)) return
  i = any(auth_line, n)
  if (i) add(i, "registry-login", "basic", "-")
}
function swap(a, i, j,   t) { t = a[i]; a[i] = a[j]; a[j] = t }
function by_line(   i, j) {
  for (i = 2; i <= found; i++) for (j = i; j > 1 && C_line[j - 1] > C_line[j]; j--) { swap(C_line, j, j - 1); swap(C_is, j, j - 1); swap(C_form, j, j - 1); swap(C_encrypted, j, j - 1) }
}`;
