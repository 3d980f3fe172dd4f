/** Values of Quadlet files that Podman or systemd takes, refuses, or passes over. */
import { always, passIf, type State } from '../state.ts';
import { container, networked, property, type Row, startedStates } from './started.ts';

const row = (what: string, keys: string, more: Partial<Row> = {}): Row => ({ what, text: `${container}${keys}\n`, ...more });
const onNetwork = (what: string, keys: string, more: Partial<Row> = {}): Row => row(what, keys, { text: `${networked}${keys}\n`, ...more });
const users = (what: string, keys: string): Row => onNetwork(what, keys, { user: 'driver' });
const service = (what: string, setting: string, asked: string, wanted: RegExp): Row =>
  row(what, `[Service]\n${setting}`, { ask: property(asked, 'NAME'), says: passIf(wanted) });

const many = [
  'ShmSize=8m',
  'Tmpfs=/scratch:size=10m,mode=1777',
  'Mount=type=tmpfs,target=/m,tmpfs-size=1m',
  'HealthCmd=/bin/true',
  'HealthInterval=30s',
  'HealthRetries=3',
  'HealthOnFailure=kill',
  'Label=a=b "c=d e"',
  'Annotation=x=y',
  'LogDriver=journald',
  'Sysctl=net.ipv4.ip_forward=1',
  'StopSignal=SIGINT',
  'StopTimeout=5',
  'Pull=never',
  'WorkingDir=/tmp',
  'Ulimit=nproc=100',
  'PidsLimit=50',
  'HostName=lab.example.org',
  'Mask=/proc/kcore',
  'PodmanArgs=--memory=64m --cpus=0.5',
].join('\n');

const containers: readonly Row[] = [
  row('many settings', many),
  row('a user and a group by number', 'User=77\nGroup=78'),
  row('a user with its group, and a group', 'User=77:78\nGroup=79'),
  onNetwork('a port with too many digits', 'PublishPort=808080:80'),
  onNetwork('ports in all forms', 'PublishPort=127.0.0.1:18081:80/tcp\nPublishPort=18082-18083:82-83/udp\nPublishPort=84'),
  onNetwork('ranges of two lengths', 'PublishPort=18090-18092:80-81'),
  row('an interval without a unit', 'HealthCmd=/bin/true\nHealthInterval=30'),
  row('memory with a blank', 'PodmanArgs=--memory=64 MB'),
  row('memory in MB', 'PodmanArgs=--memory=64MB'),
  row('a pull policy misspelt', 'Pull=allways'),
  row('a log driver of Docker', 'LogDriver=syslog'),
  row('the log driver json-file', 'LogDriver=json-file'),
  row('a signal misspelt', 'StopSignal=SIGTRM'),
  row('a signal in short', 'StopSignal=int'),
  row('a mount that is readonly', 'Volume=/srv:/x:readonly'),
  row('a mount with ro and Z', 'Volume=/srv:/x:ro,Z'),
  row('a mount by keys that there are not', 'Mount=type=bind,from=/srv,src=/srv,target=/x'),
  row('a mount with all its keys', 'Mount=type=bind,source=/srv,destination=/x,ro=true,bind-propagation=rprivate'),
  row('a capability misspelt', 'AddCapability=NET_ADMN'),
  row('capabilities in lower case', 'DropCapability=all\nAddCapability=net_admin sys_time'),
  onNetwork('a name server by name', 'DNS=localhost'),
  onNetwork('a name server, a host and an address', 'DNS=10.0.0.1\nAddHost=db:10.0.0.9\nIP=10.88.0.77'),
  onNetwork('an address out of range', 'IP=10.88.0.300'),
  onNetwork("an address on the host's network", 'Network=host\nIP=10.88.0.78'),
  row('a percent sign before a letter', 'Environment=FORMAT=%z'),
  row('a percent sign doubled, and one at the end', 'Environment=FORMAT=%%z RATE=50%'),
  row('a limit with a colon', 'Ulimit=nofile:1024'),
  row('a limit, soft and hard', 'Ulimit=nofile=1024:2048'),
  row('an option of tmpfs misspelt', 'Tmpfs=/t:sise=10m'),
  row('a blank in the name', 'ContainerName=my app'),
  row('a name with dash, dot and underscore', 'ContainerName=my-app_1.x'),
  row('ids that are mapped', 'UIDMap=0:100000:65536\nGIDMap=0:100000:65536'),
  row('ids that are mapped, of no count', 'UIDMap=0:100000'),
  row('a setting of the kernel without a namespace', 'Sysctl=kernel.pid_max=100'),
  // The image could bring a check, and nobody looks into it.
  row('healthy before it is ready, without a check', 'Notify=healthy', { says: always('unknown') }),
  row('healthy before it is ready', 'Notify=healthy\nHealthCmd=/bin/true\nHealthInterval=2s'),
  row('an init of its own', 'RunInit=true'),
  row('a time zone of nowhere', 'Timezone=Mars/Phobos'),
  row("the host's time zone", 'Timezone=local'),
  row('a timer of Type=oneshot that restarts always', '[Service]\nType=oneshot\nRestart=always'),
  row('a quote that does not end', 'Label="a=b'),
  row('a mode of the umask', 'PodmanArgs=--umask 0027'),
  row('a mode of the umask that is none', 'PodmanArgs=--umask u=rwx'),
  row('an option with an equals sign missing', 'PodmanArgs=--security-opt no-new-privs'),
  row('a tmpfs at the same place twice', 'Tmpfs=/t\nVolume=/srv:/t'),
  row('a health check that is off', 'HealthCmd=none'),
  row('a health check that is told to reboot', 'HealthCmd=/bin/true\nHealthOnFailure=reboot'),
  service('restart misspelt', 'Restart=allways', 'Restart', /=always$/),
  service('restart always, after a while', 'Restart=always\nRestartSec=5s', 'Restart', /=always$/),
  service('a time in no unit that there is', 'TimeoutStartSec=5 mns', 'TimeoutStartUSec', /=5min$/),
  service('a time in minutes', 'TimeoutStartSec=5 min', 'TimeoutStartUSec', /=5min$/),
  service('a limit of memory in MB', 'MemoryMax=512MB', 'MemoryMax', /=536870912$/),
  service('a limit of memory in M', 'MemoryMax=512M', 'MemoryMax', /=536870912$/),
  users('a user keeps the id', 'UserNS=keep-id'),
  users('a user keeps the id as another', 'UserNS=keep-id:uid=200,gid=210'),
  users('a user keeps the id, misspelt', 'UserNS=keep-id:uuid=200'),
  users('pasta with an option', 'Network=pasta:--ipv4-only'),
  onNetwork('pasta for root', 'Network=pasta'),
];

/** The files of other endings. */
const others: readonly Row[] = [
  { what: 'a network', ending: 'network', text: '[Network]\nSubnet=10.91.0.0/24\nGateway=10.91.0.1\nIPRange=10.91.0.128/25\n' },
  { what: 'a network with a subnet out of range', ending: 'network', text: '[Network]\nSubnet=10.300.0.0/24\n' },
  { what: 'a network with a gateway elsewhere', ending: 'network', text: '[Network]\nSubnet=10.91.1.0/24\nGateway=10.92.0.1\n' },
  { what: 'a network of a driver misspelt', ending: 'network', text: '[Network]\nDriver=brigde\n' },
  { what: 'a network with an MTU', ending: 'network', text: '[Network]\nOptions=mtu=1400\n' },
  { what: 'a network with an MTU that is no number', ending: 'network', text: '[Network]\nOptions=mtu=jumbo\n' },
  { what: 'a volume', ending: 'volume', text: '[Volume]\nLabel=a=b\n' },
  { what: 'a volume of a tmpfs', ending: 'volume', text: '[Volume]\nType=tmpfs\nDevice=tmpfs\nOptions=size=1m,mode=0700\n' },
  { what: 'a volume of a user by name', ending: 'volume', text: '[Volume]\nUser=backup\n' },
  { what: 'a volume of a driver that is not there', ending: 'volume', text: '[Volume]\nDriver=rexray\n' },
].map((r) => ({ ...r, undo: 'podman volume prune -af >/dev/null 2>&1; podman network prune -f >/dev/null 2>&1' }));

/** Forms of times, sizes and numbers. */
const settings: readonly Row[] = [
  service('a limit of memory of two parts', 'MemoryMax=1G 512M', 'MemoryMax', /=1610612736$/),
  service('a limit of memory above all that there is', 'MemoryMax=150%', 'MemoryMax', /=\d+$/),
  service('a time in months', 'TimeoutStartSec=1M', 'TimeoutStartUSec', /=1month$/),
  service('a number of open files with a letter', 'LimitNOFILE=1k', 'LimitNOFILE', /=1000$/),
  service('a priority out of range', 'Nice=20', 'Nice', /=20$/),
  service('a score for who is killed first', 'OOMScoreAdjust=900', 'OOMScoreAdjust', /=900$/),
];

export const valueStates: readonly State[] = startedStates('values', 'values', 'quadlet.values', [...containers, ...others, ...settings]);
