/** A rule as code hosts show it: name, help, tags, severity. */
import type { ReportingDescriptor } from 'sarif';
import type { Reference, RuleCard, Severity } from '../../verdicts/report.ts';
import type { Step } from '../../verdicts/steps.ts';
import { pageOf } from '../home.ts';
import { stepText } from '../steps.ts';
import { clip, visible } from '../text.ts';
import { protects } from './control.ts';

/** What each severity is to readers of SARIF. `score` bands are GitHub's: from 9.0 critical, 7.0 high, 4.0 medium, 0.1 low. */
export const scale: Readonly<Record<Severity, { level: 'error' | 'warning' | 'note' | 'none'; rank: number; score: string; problem: string }>> = {
  critical: { level: 'error', rank: 95, score: '9.5', problem: 'error' },
  high: { level: 'error', rank: 80, score: '8.0', problem: 'error' },
  medium: { level: 'warning', rank: 55, score: '5.5', problem: 'warning' },
  low: { level: 'note', rank: 20, score: '2.0', problem: 'recommendation' },
  info: { level: 'none', rank: 0, score: '0.0', problem: 'recommendation' },
};

/** Limits of GitHub code scanning, in characters and tags kept. */
const longestName = 255;
const longestDescription = 1024;
const mostTags = 10;

/**
 * A rule's descriptor. Code hosts show the severity that stands here for all results of the rule, so it is that of what
 * was found (`found`), which may be milder than the rule's own. `version` is the release whose pages are linked.
 */
export function descriptor(card: RuleCard, found: Severity, version: string): ReportingDescriptor {
  const { level, rank } = scale[card.severity];
  const { score, problem } = scale[found];
  const url = card.references.find((reference) => isWeb(reference.url))?.url;
  return {
    id: visible(card.id),
    name: clip(pascal(card.id), longestName),
    ...(card.formerly && card.formerly.length > 0 ? { deprecatedIds: [...new Set(card.formerly.map(visible))] } : {}),
    shortDescription: { text: describe(card.failing ?? card.title, card.id) },
    fullDescription: { text: describe(card.why, card.title || card.id) },
    help: { text: helpText(card), markdown: helpMarkdown(card) },
    helpUri: url ?? pageOf(visible(card.id), visible(version)),
    defaultConfiguration: { level, rank },
    properties: { tags: tags(card), category: topicOf(card), precision: 'high', 'problem.severity': problem, 'security-severity': score },
  };
}

const topicOf = (card: RuleCard): string => visible(card.id.split('.')[0] ?? '');

/** Ten tags survive: what the rule is, the controls it is relevant to, its profiles. */
function tags(card: RuleCard): string[] {
  const security = card.controls.some(protects) ? ['security'] : [];
  const all = [...security, topicOf(card), ...card.controls, ...card.profiles].map(visible).filter((tag) => tag !== '');
  return [...new Set(all)].slice(0, mostTags);
}

/** `podman.api.service-timeout` is `PodmanApiServiceTimeout`. */
function pascal(id: string): string {
  const name = id
    .split(/[^\p{L}\p{N}]+/u)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
  return name === '' ? 'Rule' : name;
}

function describe(text: string, otherwise: string): string {
  return clip(visible(text.trim()), longestDescription) || visible(otherwise) || 'no description';
}

function helpText(card: RuleCard): string {
  const steps = card.remedy.map((step, at) => {
    const { line, content, note } = stepText(step);
    return [`${at + 1}. ${line}`, ...content.map((text) => `   ${text}`), ...(note === '' ? [] : [`   ${note}`])].join('\n');
  });
  return [
    visible(card.title || card.id),
    visible(card.why),
    section('To fix it:', steps),
    section('Controls:', card.controls.map(visible)),
    section(
      'References:',
      card.references.map(({ title, url }) => visible(url === undefined ? title : `${title}: ${url}`)),
    ),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function helpMarkdown(card: RuleCard): string {
  return [
    `# ${markdown(card.title || card.id)}`,
    markdown(card.why),
    section('## To fix it\n', card.remedy.map(markdownStep)),
    section(
      '## Controls\n',
      card.controls.map((control) => `- ${markdown(control)}`),
    ),
    section(
      '## References\n',
      card.references.map((reference) => `- ${link(reference)}`),
    ),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

const section = (title: string, lines: readonly string[]): string => (lines.length === 0 ? '' : [title, ...lines].join('\n'));

function markdownStep(step: Step, at: number): string {
  const { line, content, note } = stepText(step);
  if (!('write' in step)) return `${at + 1}. ${markdown(line)}`;
  const longest = Math.max(2, ...(step.content.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return [
    `${at + 1}. ${markdown(line)}`,
    '',
    ...[fence, ...content, fence].map((text) => `   ${text}`),
    ...(note === '' ? [] : ['', `   ${markdown(note)}`]),
  ].join('\n');
}

function link({ title, url }: Reference): string {
  if (url === undefined) return markdown(title);
  return isWeb(url) ? `[${markdown(title)}](<${encodeURI(visible(url)).replace(/[<>]/g, '')}>)` : markdown(`${title}: ${url}`);
}

const isWeb = (url: string | undefined): boolean => url !== undefined && /^https:\/\/[\w.-]+(?:[/?#][\w\-.~:/?#@!$&'*+,;=%]*)?$/.test(url);

/** Text that Markdown shows as it is: no tag, hidden link, mention, table or emphasis. */
function markdown(text: string): string {
  return visible(text)
    .replace(/&/g, '&amp;')
    .replace(/[\\`*_[\]#|~]/g, String.raw`\$&`)
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/@/g, '&#64;');
}
