/** What the redactor knows before it starts: the rules, and patterns built from them, with quotes that sh leaves alone. A part of the awk program in ../redactor.ts. */
import * as rules from '../../../redact/rules.ts';
import { text } from './literal.ts';

export const setup = String.raw`BEGIN {
  ORS = ""; SQ = sprintf("%c", 39); DQ = sprintf("%c", 34); BS = sprintf("%c", 92); NUL = sprintf("%c", 0)
  if (length("\303\251") != 2) exit 1
  trigger = ${text(rules.trigger)}
  hit = ${text(rules.hit)}
  strong = ${text(rules.strong)}
  keyish = ${text(rules.keyish)}
  capital = ${text(rules.capital)}
  doubtful = ${text(rules.doubtful)}
  open_name = ${text(rules.open)}
  tame = ${text(rules.tame)}
  harmless = ${text(rules.harmless)}
  keep = ${text(rules.keep)}
  shape = ${text(rules.shape)}
  nch = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"
  any_quote = "[" DQ SQ "]"
  sep_re = "^[" BS BS "]*[" DQ SQ "]?[ \t]*(:=|[+?]?=|[+]?:)[ \t]*"
  pair_re = "^[" BS BS "]*[" DQ SQ "]?[ \t]*,[ \t]*[" BS BS "]*[" DQ SQ "]?value[" BS BS "]*[" DQ SQ "]?[ \t]*:[ \t]*"
  k3s_token = ${text(rules.k3sToken)}
  own_line = "^[ \t]*([#;]+[ \t]*)?(-[ \t]+)*(export[ \t]+)?[" DQ SQ "]?$"
  maplike = "^[" DQ SQ "]?[A-Za-z0-9_./-]+[" DQ SQ "]?[ \t]*(:[ \t]|:\r?$)"
  name_key = "^[ \t]*(-[ \t]+)?([" DQ SQ "]?(name|key)[" DQ SQ "]?[ \t]*:|[?][ \t])[ \t]*"
  value_key = "^[ \t]*(-[ \t]+)?[" DQ SQ "]?(value[" DQ SQ "]?[ \t]*)?:[ \t]*"
  value_first = "^[ \t]*(-[ \t]+)?[" DQ SQ "]?value[" DQ SQ "]?[ \t]*:[ \t]*"
  word_end = "[ \t\r,;&})" DQ SQ "]|[]]"
  flag_open = "^[" BS BS "]*[" DQ SQ "]?,?[ \t]*[" BS BS "]?[ \t\r]*$"
  flag_gap = "^[" BS BS "]*[" DQ SQ "]?,?[ \t]+"
  flag_comma = "^[" BS BS "]*[" DQ SQ "],"
  flag_item = "^[ \t]*(-[ \t]+)*[" DQ SQ "]"
  volume = "(^|[ \t])(-v|--volume)[ \t=]+[" DQ SQ "]?$|[Vv]olumes?[ \t]*[=:][ \t]*[" DQ SQ "]?$|^[ \t]*-[ \t]+[" DQ SQ "]?$"
  mounted = "^[/][a-z][A-Za-z0-9_./-]*(:[A-Za-z,]+)?([" DQ SQ ", \t\r]|$)"
  pem_open = "^[" DQ SQ " \t\r]*$"
  secret_kind = "^[ \t]*[" DQ SQ "]?kind[" DQ SQ "]?[ \t]*:[ \t]*[" DQ SQ "]?secret[" DQ SQ "]?[ \t,\r]*$"
  data_key = "^[ \t]*[" DQ SQ "]?(stringdata|data)[" DQ SQ "]?[ \t]*:[ \t]*[{]?[ \t\r]*$"
  any_key = "^[ \t]*[" DQ SQ "]?[A-Za-z0-9_./-]+[" DQ SQ "]?[ \t]*:[ \t]*"
  after_quote = " \t,;:}])\r<>|" BS
  address_end = "[ \t\r/" DQ "]"
}
`;
