/** A piece of POSIX sh. `@{` stands for a dollar sign and a brace, which a template literal cannot hold. */
export const sh = (text: TemplateStringsArray): string => (text.raw[0] ?? '').replaceAll('@{', '${').slice(1);
