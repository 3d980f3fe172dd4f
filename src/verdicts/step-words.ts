/** How the texts of a step read where it is told in a line. */

/** A sentence as a clause behind `as root:`, like all other steps: it starts with a verb, and ends without a full stop. */
export const asClause = (text: string): string => text.replace(/^[A-Z](?=[a-z]* )/, (letter) => letter.toLowerCase()).replace(/(?<!\. .*)\.$/s, '');

/** Lines to put somewhere: one as it is, of several the first. */
export function linesWords(content: string): string {
  const [first = '', ...rest] = content.trimEnd().split('\n');
  return rest.length === 0 ? first : `${rest.length + 1} lines (${first} …)`;
}

/** What a step costs: a rule names whom it cuts off, or what is lost by it, or says it in a clause. */
export const costWords = (verb: 'cuts off' | 'loses', text: string): string => (isNamed(text) ? `${verb} ${text}` : text);

const nouns =
  /^(?:whoever|whom|what|clients|agents|every|USB|root|all|secrets|a server|pods (?:that|from)|images (?:from|that were)|the (?:API|host,|containers in|keys|images|data|access|identity|host key|script;|logins))\b/;
const isNamed = (text: string): boolean => nouns.test(text) && !/^[^;]* (?:(?:is|are) (?:refused|no longer)|(?:has|have) to be)\b/.test(text);
