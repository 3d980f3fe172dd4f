/** Files of firewalld for the tests: a table of what is known about them, and random ones. */
import { fc } from '../../property.ts';

export type Files = Readonly<Record<string, string>>;

const etc = '/etc/firewalld';
const usr = '/usr/lib/firewalld';
export const publicZone = `${etc}/zones/public.xml`;

/** Services that tables and random files name. */
export const services: Files = {
  [`${etc}/services/ctl.xml`]: '<service><short>c</short><port protocol="tcp" port="842"/></service>',
  [`${etc}/services/outer.xml`]: '<service><include service="ssh"/><include service="ctl"/></service>',
  [`${etc}/services/loop.xml`]: '<service><include service="loop"/><port protocol="udp" port="842"/></service>',
  [`${etc}/services/whole.xml`]: '<service><port protocol="tcp" port=""/></service>',
  [`${etc}/services/sender.xml`]: '<service><source-port protocol="tcp" port="5300-5399"/></service>',
  [`${etc}/services/narrow.xml`]: '<service><port protocol="tcp" port="842"/><destination ipv4="10.9.0.1"/></service>',
};

const zone = (inside: string, attributes = ''): Files => ({ ...services, [publicZone]: `<zone${attributes}>${inside}</zone>` });
const policy = (inside: string, attributes = 'target="CONTINUE"', name = 'p'): Files => ({
  [`${etc}/policies/${name}.xml`]: `<policy ${attributes}>${inside}</policy>`,
});
const anyToHost = '<ingress-zone name="ANY"/><egress-zone name="HOST"/>';
const port = '<port port="842" protocol="tcp"/>';

/** What each comes to for TCP port 842. The oracle is asked the same. */
export const table: readonly [string, Files, 'open' | 'closed' | 'unknown'][] = [
  ['nothing but what is shipped', {}, 'closed'],
  ['a port', zone(port), 'open'],
  ['a port in single quotes, over lines', zone("<port\n  protocol='tcp'\n  port='842'\n/>"), 'open'],
  ['a port as references', zone('<port port="8&#x34;&#50;" protocol="&#116;cp"/>'), 'open'],
  ['a port in a comment', zone(`<!-- ${port}\n${port} -->`), 'closed'],
  ['a port in a CDATA section', zone(`<description><![CDATA[${port}]]></description>`), 'closed'],
  ['a port as text', zone('<description>&lt;port port="842" protocol="tcp"/></description>'), 'closed'],
  ['a port within the description', zone(`<description>${port}</description>`), 'open'],
  ['a range', zone('<port port="840-850" protocol="tcp"/>'), 'open'],
  ['a range backwards', zone('<port port="850-840" protocol="tcp"/>'), 'open'],
  ['a range that ends before', zone('<port port="1-841" protocol="tcp"/>'), 'closed'],
  ['the port of another protocol', zone('<port port="842" protocol="udp"/>'), 'closed'],
  ['all of TCP', zone('<protocol value="tcp"/>'), 'open'],
  ['all of TCP by number', zone('<protocol value="6"/>'), 'open'],
  ['another protocol', zone('<protocol value="gre"/>'), 'closed'],
  ['a source port', zone('<source-port port="5300-5399" protocol="tcp"/>'), 'open'],
  ['a service with the port', zone('<service name="ctl"/>'), 'open'],
  ['a service that includes one with the port', zone('<service name="outer"/>'), 'open'],
  ['a service that includes itself, and has the port of another protocol', zone('<service name="loop"/>'), 'closed'],
  ['a service with all of TCP', zone('<service name="whole"/>'), 'open'],
  ['a service with a source port', zone('<service name="sender"/>'), 'open'],
  ['a service for one address', zone('<service name="narrow"/>'), 'open'],
  ['a service that is shipped', zone('<service name="ssh"/>'), 'closed'],
  ['a service that is nowhere', zone('<service name="nope"/>'), 'unknown'],
  ['a service with a path in its name', zone('<service name="../services/ctl"/>'), 'unknown'],
  ['a service in /etc over one in /usr', { ...zone('<service name="ssh"/>'), [`${etc}/services/ssh.xml`]: `<service>${port}</service>` }, 'open'],
  ['target ACCEPT', zone('', ' target="ACCEPT"'), 'open'],
  ['target ACCEPT in single quotes, on a line of its own', zone('', "\n  version='1'\n  target='ACCEPT'\n"), 'open'],
  ['target DROP', zone('', ' target="DROP"'), 'closed'],
  ['target %%REJECT%%', zone('', ' target="%%REJECT%%"'), 'closed'],
  ['target DROP and a port', zone(port, ' target="DROP"'), 'open'],
  ['a target that there is not', zone('', ' target="accept"'), 'unknown'],
  ['a forward to the port', zone('<forward-port port="8842" protocol="tcp" to-port="842"/>'), 'open'],
  ['a forward to another host', zone('<forward-port port="842" protocol="tcp" to-port="843" to-addr="10.9.1.9"/>'), 'closed'],
  ['a forward to that port of an address, and the port', zone(`<forward-port port="8842" protocol="tcp" to-addr="10.9.1.9" to-port="842"/>${port}`), 'open'],
  ['a forward to that port of an address', zone('<forward-port port="842" protocol="tcp" to-addr="10.9.1.9"/>'), 'unknown'],
  ['a rich rule that accepts', zone(`<rule>${port}<accept/></rule>`), 'open'],
  ['a rich rule that accepts from somewhere', zone(`<rule family="ipv4"><source address="10.9.1.0/24"/>${port}<accept/></rule>`), 'open'],
  ['a rich rule that accepts all from somewhere', zone('<rule family="ipv4"><source address="10.9.1.0/24"/><accept/></rule>'), 'open'],
  ['a rich rule that accepts now and then', zone(`<rule>${port}<accept><limit value="5/m"/></accept></rule>`), 'open'],
  ['a rich rule that accepts a service', zone('<rule><service name="outer"/><accept/></rule>'), 'open'],
  ['a rich rule that forwards', zone('<rule family="ipv4"><forward-port port="8842" protocol="tcp" to-port="842"/></rule>'), 'open'],
  ['a rich rule that drops the port', zone(`<rule>${port}<drop/></rule>`), 'closed'],
  ['a rich rule that only logs', zone(`<rule>${port}<log prefix="x"/></rule>`), 'closed'],
  ['a rich rule that marks', zone(`<rule>${port}<mark set="0x1"/></rule>`), 'closed'],
  ['a port that a rich rule refuses', zone(`${port}<rule>${port}<reject/></rule>`), 'closed'],
  ['a port that a rich rule refuses to IPv4', zone(`${port}<rule family="ipv4">${port}<drop/></rule>`), 'open'],
  [
    'a port that rich rules refuse to both',
    zone(`${port}<rule family="ipv4">${port}<drop/></rule><rule family="ipv6"><service name="ctl"/><reject/></rule>`),
    'closed',
  ],
  ['a port that a rich rule refuses to somebody', zone(`${port}<rule family="ipv4"><source address="10.99.0.0/16"/>${port}<drop/></rule>`), 'open'],
  ['a port that a late rich rule refuses', zone(`${port}<rule priority="9">${port}<drop/></rule>`), 'open'],
  ['a rich rule that accepts before one that drops all', zone(`<rule priority="-9">${port}<accept/></rule><rule priority="-5"><drop/></rule>`), 'open'],
  ['a rich rule that accepts after one that drops all', zone(`<rule priority="-9"><drop/></rule><rule priority="-5">${port}<accept/></rule>`), 'closed'],
  ['a zone of all that a late rich rule drops', zone('<rule priority="32767"><drop/></rule>', ' target="ACCEPT"'), 'closed'],
  ['a rich rule without action', zone(`<rule>${port}</rule>`), 'unknown'],
  ['an element that there is not', zone('<prot port="842"/>'), 'unknown'],
  ['an attribute that there is not', zone('<port port="842" protocol="tcp" proto="tcp"/>'), 'unknown'],
  ['a port that is none', zone('<port port="84200" protocol="tcp"/>'), 'unknown'],
  ['a port without protocol', zone('<port port="842"/>'), 'unknown'],
  ['no XML', zone('<port'), 'unknown'],
  ['an empty file', { [publicZone]: '' }, 'unknown'],
  [
    'another default zone',
    { [`${etc}/firewalld.conf`]: '# x\nDefaultZone = work2\nDefaultZone=drop\n', [`${etc}/zones/work2.xml`]: `<zone>${port}</zone>` },
    'open',
  ],
  ['a default zone that there is not', { ...zone(port), [`${etc}/firewalld.conf`]: 'DefaultZone=nope\n' }, 'open'],
  ['another default zone, which is closed', { [`${etc}/firewalld.conf`]: 'DefaultZone=drop\n' }, 'closed'],
  ['a zone in /usr', { [`${usr}/zones/public.xml`]: `<zone>${port}</zone>` }, 'open'],
  ['a zone in /etc over one in /usr', { ...zone(''), [`${usr}/zones/public.xml`]: `<zone>${port}</zone>` }, 'closed'],
  ['a backup of a zone', { [`${etc}/zones/public.xml.old`]: `<zone>${port}</zone>` }, 'closed'],
  ['a zone of an interface', { [`${usr}/zones/side.xml`]: `<zone><interface name="w0"/>${port}</zone>` }, 'open'],
  ['a zone of a source', { [`${etc}/zones/side.xml`]: '<zone target="ACCEPT"><source address="10.9.1.0/24"/></zone>' }, 'open'],
  ['a zone of nothing that the administrator wrote', { [`${etc}/zones/side.xml`]: `<zone>${port}</zone>` }, 'unknown'],
  ['a shipped zone of nothing', { [`${usr}/zones/side.xml`]: `<zone>${port}</zone>` }, 'closed'],
  [
    'a zone in parts',
    { [`${etc}/zones/side/a.xml`]: '<zone target="DROP"><source address="10.9.1.0/24"/></zone>', [`${etc}/zones/side/b.xml`]: `<zone>${port}</zone>` },
    'open',
  ],
  ['a zone in parts, whose target does not count', { [`${etc}/zones/side/a.xml`]: '<zone target="ACCEPT"><source address="10.9.1.0/24"/></zone>' }, 'closed'],
  ['a policy that accepts all', policy(anyToHost, 'target="ACCEPT"'), 'open'],
  ['a policy that accepts all, after a zone that drops', { ...zone('', ' target="DROP"'), ...policy(anyToHost, 'priority="9" target="ACCEPT"') }, 'open'],
  ['a policy with the port', policy(`${anyToHost}${port}`), 'open'],
  ['a policy with a service that has the port', { ...services, ...policy(`${anyToHost}<service name="outer"/>`) }, 'open'],
  ['a policy in /usr', { [`${usr}/policies/p.xml`]: `<policy target="ACCEPT">${anyToHost}</policy>` }, 'open'],
  [
    'a policy from a zone',
    { ...zone('<interface name="v0"/>'), ...policy('<ingress-zone name="public"/><egress-zone name="HOST"/>', 'target="ACCEPT"') },
    'open',
  ],
  ['a policy from a zone of nothing', policy('<ingress-zone name="trusted"/><egress-zone name="HOST"/>', 'target="ACCEPT"'), 'closed'],
  [
    'a policy from a zone of nothing that the administrator wrote',
    { [`${etc}/zones/side.xml`]: '<zone/>', ...policy('<ingress-zone name="side"/><egress-zone name="HOST"/>', 'target="ACCEPT"') },
    'unknown',
  ],
  ['a policy for what passes through', policy('<ingress-zone name="ANY"/><egress-zone name="ANY"/>', 'target="ACCEPT"'), 'closed'],
  ['a policy for what goes out', policy('<ingress-zone name="HOST"/><egress-zone name="ANY"/>', 'target="ACCEPT"'), 'closed'],
  ['a policy that drops before a zone that opens', { ...zone(port), ...policy(anyToHost, 'target="DROP"') }, 'closed'],
  ['a policy that drops after a zone that opens', { ...zone(port), ...policy(anyToHost, 'priority="9" target="DROP"') }, 'open'],
  ['a policy that drops the port before a zone that opens', { ...zone(port), ...policy(`${anyToHost}<rule>${port}<drop/></rule>`) }, 'closed'],
  [
    'two policies, the first of which drops',
    { ...policy(anyToHost, 'priority="-9" target="REJECT"'), ...policy(`${anyToHost}${port}`, 'priority="-8" target="ACCEPT"', 'q') },
    'closed',
  ],
  ['a policy of priority 0', policy(anyToHost, 'priority="0" target="ACCEPT"'), 'unknown'],
  ['a policy without target', policy(anyToHost, ''), 'unknown'],
  ['a policy from ANY and more', policy('<ingress-zone name="ANY"/><ingress-zone name="public"/><egress-zone name="HOST"/>', 'target="ACCEPT"'), 'unknown'],
];

/** Attributes in any order and quotes, over lines, with references. */
const attributes = (all: Readonly<Record<string, string>>): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.shuffledSubarray(Object.entries(all), { minLength: Object.keys(all).length }),
      fc.array(
        fc.record({ quote: fc.constantFrom('"', "'"), blank: fc.constantFrom(' ', '\n  ', '\t'), equals: fc.constantFrom('=', ' = '), coded: fc.boolean() }),
        { minLength: 6, maxLength: 6 },
      ),
    )
    .map(([entries, styles]) => entries.map(([name, value], at) => written(name, value, styles[at])).join(''));

function written(name: string, value: string, style = { quote: '"', blank: ' ', equals: '=', coded: false }): string {
  const coded = style.coded ? value.replace(/^./, (c) => `&#x${c.charCodeAt(0).toString(16)};`) : value;
  return `${style.blank}${name}${style.equals}${style.quote}${coded}${style.quote}`;
}

const element = (name: string, all: Readonly<Record<string, string>>, inside = ''): fc.Arbitrary<string> =>
  fc
    .tuple(attributes(all), fc.constantFrom('', ' ', '\n'))
    .map(([a, blank]) => (inside === '' ? `<${name}${a}${blank}/>` : `<${name}${a}${blank}>${inside}</${name}>`));

const someOf = (name: string, ...all: readonly Readonly<Record<string, string>>[]): fc.Arbitrary<string> => fc.oneof(...all.map((a) => element(name, a)));

const ports = ['842', '840-850', '843', '1-841', '800 - 900'].flatMap((p) => ['tcp', 'udp'].map((protocol) => ({ port: p, protocol })));
const serviceNames = ['ssh', 'ctl', 'outer', 'loop', 'whole', 'sender'].map((name) => ({ name }));
const noise = fc.constantFrom(
  '<!-- <port port="842" protocol="tcp"/> -->',
  '<description>a &amp; b<![CDATA[<port/>]]></description>',
  '<short>x</short>',
  '\n',
  '<icmp-block name="echo-request"/>',
);

/**
 * `sender` is one of the neighbour's addresses that comes here; another zone may have taken the others. What is let in by
 * where it is from, the neighbour sends; what is kept out by it, it does not.
 */
const richRule = (priority: number, sender: string): fc.Arbitrary<string> =>
  fc
    .record({
      subject: fc.oneof(
        someOf('port', ...ports),
        someOf('service', ...serviceNames),
        someOf('protocol', { value: 'tcp' }, { value: 'udp' }),
        fc.constant('source-port'),
      ),
      family: fc.constantFrom<'ipv4' | 'ipv6' | undefined>('ipv4', 'ipv6', undefined),
      action: fc.constantFrom('accept', 'drop', 'reject'),
      from: fc.boolean(),
      log: fc.constantFrom('', '<log prefix="x"><limit value="1/h"/></log>'),
    })
    .map(({ subject, family, action, from, log }) => {
      const source = from && family === 'ipv4' ? `<source address="${action === 'accept' ? sender : '10.99.0.0/16'}"/>` : '';
      const attributes = `${family ? ` family="${family}"` : ''}${priority === 0 ? '' : ` priority="${priority}"`}`;
      const about = subject === 'source-port' ? `<source-port port="${action === 'accept' ? '5300-5399' : '1-9'}" protocol="tcp"/>` : subject;
      return `<rule${attributes}>${source}${about}${log}<${action}/></rule>`;
    });

/** Each priority once: which of two comes first differs by release. */
const entries = (sender: string): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.array(
        fc.oneof(
          someOf('port', ...ports),
          someOf('service', ...serviceNames),
          someOf('protocol', { value: 'udp' }, { value: 'tcp' }),
          someOf('source-port', { port: '5300-5399', protocol: 'tcp' }, { port: '1-9', protocol: 'udp' }),
          noise,
        ),
        { maxLength: 2 },
      ),
      fc.subarray([-20, -3, 0, 4], { maxLength: 2 }).chain((all) => fc.tuple(...all.map((p) => richRule(p, sender)))),
    )
    .map((both) => both.flat().join('\n'));

export const zoneText = (bound: string, sender: string): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc
        .constantFrom(undefined, undefined, undefined, 'DROP', '%%REJECT%%', 'default', 'ACCEPT')
        .chain((target) => attributes(target === undefined ? {} : { target })),
      entries(sender),
    )
    .map(([target, inside]) => `<?xml version="1.0" encoding="utf-8"?>\n<zone${target}>${bound}${inside}</zone>\n`);

export const policyText = (priority: number): fc.Arbitrary<string> =>
  fc
    .record({
      target: fc.constantFrom('CONTINUE', 'CONTINUE', 'ACCEPT', 'DROP', 'REJECT'),
      from: fc.constantFrom('ANY', 'public', 'trusted'),
      to: fc.constantFrom('HOST', 'HOST', 'ANY'),
      inside: entries('10.9.2.0/24'),
    })
    .chain(({ target, from, to, inside }) =>
      attributes({ target, priority: String(priority) }).map(
        (a) => `<policy${a}><ingress-zone name="${from}"/>${inside}<egress-zone name="${to}"/></policy>\n`,
      ),
    );

/**
 * Whole configurations: two zones, each with a link of its own, and up to two policies. firewalld 1 finds the zone of a
 * policy by its interfaces alone, so no zone takes senders from the other's link.
 */
export const configuration: fc.Arbitrary<Files> = fc
  .record({
    main: zoneText('<interface name="v0"/>', '10.9.2.0/24'),
    side: fc.oneof(zoneText('<interface name="w0"/>', '10.8.0.0/24'), zoneText('<source address="10.8.0.0/16"/><source address="fd08::/64"/>', '10.8.0.0/24')),
    policies: fc
      .subarray([-200, -100, 100], { maxLength: 2 })
      .chain((all) => fc.tuple(...all.map((p) => policyText(p).map((text) => [`${etc}/policies/p${all.indexOf(p)}.xml`, text] as const)))),
  })
  .map(({ main, side, policies }) => ({ ...services, [publicZone]: main, [`${etc}/zones/side.xml`]: side, ...Object.fromEntries(policies) }));
