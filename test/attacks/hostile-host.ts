/** A host on which everything has a name or a content that tries to break a parser, a report or a terminal. */
import type { HostSpec } from '../../src/collect/composed/composed.ts';

const sequence = '\u001b[31mX\u001b]0;own\u0007';
const evil = `a\n::error::pwned\r\n##vso[x]\u202e\u2028]]><script>alert(1)</script>|\`&<>"'${sequence}\u0000`;
const people = ['alice', '__proto__', 'constructor', 'last'];

const homes = Object.fromEntries(
  people.flatMap((name) => [
    [`/home/${name}`, { type: 'directory' as const, owner: '1000:1000', mode: '0700' }],
    [`/home/${name}/.config/systemd/user/sockets.target.wants/podman.socket`, { link: '/usr/lib/systemd/user/podman.socket' }],
    [`/home/${name}/.config/containers/containers.conf`, '[engine]\nservice_timeout=0\n"__proto__"="x"\n[__proto__]\nx=1\n[constructor.prototype]\ny=2\n'],
    [`/home/${name}/.config/containers/systemd/we\nb::error::.container`, `[Container]\nImage=x\n__proto__=y\nNope${sequence}=1\n`],
    [`/home/${name}/.config/containers/systemd/web.container`, `[Container]\nImage=x\nPublishPort=80:80\nNope${sequence}=1\n::error::=2\n`],
    [
      `/home/${name}/.config/systemd/user/k3s-rootless.service`,
      `[Service]\nExecStart=/usr/bin/k3s server --rootless ${sequence}\nEnvironment="K3S_ROOTLESS_MTU=1\\n::error::" __proto__=1\n`,
    ],
    [`/home/${name}/.kube/config`, { content: 'apiVersion: v1\n__proto__: {a: 1}\n? [a]\n: b\n', mode: '0644' }],
  ]),
);

export const hostileHost: HostSpec = {
  takenAt: 1_782_900_000,
  env: { DOCKER_HOST: 'unix:///run/docker.sock\u001b[31m\n::error::', CONTAINERS_CONF: '', XDG_RUNTIME_DIR: '\u001b', PATH: 'a\n::error::b' },
  files: {
    ...homes,
    '/etc/os-release': `ID=suse${sequence}\nVERSION_ID="${evil.replaceAll('\n', '')}"\nPRETTY_NAME="x\u202e::error::y"\n`,
    '/etc/passwd': [
      'root:x:0:0::/root:/bin/bash',
      '+@nis::::::',
      '+::::::',
      `evil${sequence}:x:1001:1001::/:/bin/bash`,
      'alice:x:1000:1000::/home/alice:/bin/bash',
      'bob:x:1000:1000::/home/alice:/bin/bash',
      '__proto__:x:1002:1002::/home/__proto__:/bin/bash',
      'constructor:x:1003:1003::/home/constructor:/bin/sh',
      'max:x:4294967295:4294967295::/home/max:/bin/sh',
      'negative:x:-1:-1::/home/negative:/bin/sh',
      'relative:x:1004:1004::home/relative:/bin/sh',
      'up:x:1005:1005::/home/../root:/bin/sh',
      'loop:x:1006:1006::/home/loop:/bin/sh',
      '::error::x:1008:1008::/:/bin/sh',
      'last:x:1009:1009::/home/last:/bin/sh',
    ].join('\n'),
    '/etc/subuid': `alice:100000:65536\nbob:100000:65536\n1002:1:99999999999\n__proto__:200000:65536\n${'x'.repeat(5000)}:1:1\nlast:300000:65536`,
    '/etc/subgid': 'alice:100000:65536\r\nbob:100000:65536\r\n',
    '/home/loop': { link: '/home/loop2' },
    '/home/loop2': { link: '/home/loop' },
    '/etc/containers/containers.conf': '\ufeff[engine]\r\nservice_timeout=0\r\n',
    [`/etc/containers/containers.conf.d/z${sequence}.conf`]: '[engine]\nservice_timeout=7\n',
    '/etc/containers/containers.conf.d/\n::error::x.conf': `[engine]\nservice_timeout="0${sequence}"\n`,
    '/etc/containers/containers.conf.d/__proto__.conf': '[__proto__]\npolluted=1\n[engine]\n__proto__=1\nconstructor=2\n',
    '/etc/containers/systemd/__proto__.container': '[Container]\nImage=x\nFoo=1\n',
    '/etc/containers/systemd/constructor.container': '[Container]\nImage=x\n',
    '/etc/containers/systemd/x]]>.container': `[Container]\nImage=%n\nUser=${sequence}\n[Service]\nUser=::error::\n`,
    '/etc/containers/networks/__proto__.json': '{"name":"__proto__","dns_enabled":true,"__proto__":{"x":1}}',
    '/etc/containers/networks/n.json': '{"name":"n\\n::error::\\u001b[31m","dns_enabled":true}',
    ...Object.fromEntries(['podman', 'k3d', 'crio', 'k3s', 'bluechi-controller'].map((name) => [`/usr/bin/${name}`, { mode: '0755' }])),
    '/usr/lib/systemd/system/podman.socket':
      '[Socket]\nListenStream=%t/podman/podman.sock\nListenStream=\u001b[31m0.0.0.0:2375\nSocketMode=9999\n[Install]\nWantedBy=sockets.target\n',
    '/usr/lib/systemd/user/podman.socket': '[Socket]\nListenStream=%t/podman/podman.sock\n',
    '/etc/systemd/system/k3s.service': `[Service]\nExecStart=/usr/bin/k3s server --docker --container-runtime-endpoint ${'\\\n'.repeat(2000)} /run/x\u001b[31m.sock\n`,
    [`/etc/systemd/system/user@.service.d/${'x'.repeat(200)}.conf`]: '[Service]\nDelegate=cpu\u001b[31m ::error:: memory\n',
    '/etc/systemd/system/user@.service.d/a.conf': { link: '/etc/systemd/system/user@.service.d/b.conf' },
    '/etc/systemd/system/user@.service.d/b.conf': { link: 'a.conf' },
    '/etc/crio/crio.conf': `[crio.runtime]\n__proto__=1\n${'a=['.repeat(3000)}`,
    '/etc/bluechi/controller.conf': `[bluechi-controller]\nAllowedNodeNames=${sequence},__proto__,\n  ::error::\n`,
    '/etc/qm': { type: 'directory' },
    '/proc/1/comm': 'systemd\n',
    '/proc/sys/kernel': { type: 'directory' },
    '/proc/77': { type: 'directory', owner: '0:0' },
    '/proc/77/comm': 'podman\n',
    '/proc/77/cmdline': 'podman\0system\0service\0tcp://0.0.0.0:1\0\n::error::\u001b[31m\0',
    '/proc/77/cgroup': '0::/x\n',
    '/proc/self/mountinfo': '1 0 0:1 / / rw - ext4 /dev/x\u001b[31m rw\n2 1 0:1 / /sys/fs/cgroup rw - cgroup2 c rw\n',
    '/root/k3d.yaml': 'apiVersion: k3d.io/v1alpha5\nkind: Simple\nmetadata: {name: "\\e[31m::error::"}\nnetwork: "__proto__"\n&a a: *a\n',
    '/run/docker.sock': { type: 'socket', mode: '0666' },
    '/run/podman/podman.sock': { type: 'socket', mode: '0666' },
  },
  sockets: {
    '/run/docker.sock /_ping': { status: 500, headers: { server: 'Libpod/\u001b[31m::error::', 'libpod-api-version': '\n::error::9' }, body: 'x' },
    '/run/podman/podman.sock /_ping': { headers: { server: 'Libpod/5', 'libpod-api-version': '5.0.0\u001b[31m\n::error::' }, body: 'OK' },
    '/run/podman/podman.sock /version': {
      body: '{"Components":[{"Name":"Podman Engine","Version":"5.4.2\\u001b[31m\\n::error::"},null,5,{"Name":"__proto__","Version":"1"}]}',
    },
  },
  commands: {
    'podman --version': { stdout: 'podman version 5.4.2\u001b[31m\n::error::' },
    'crio --version': { stdout: '\u001b[31m' },
    'k3d --version': { exit: 1, stderr: evil },
    'podman info --format json': { stdout: '{"host":{"__proto__":1,"networkBackend":"\\u001b[31m::error::"}}' },
    'k3d node list --no-headers': { stdout: `${evil}\n__proto__ a b c\n` },
    'podman network ls --format {{.Name}}': { stdout: '__proto__\nconstructor\n\u001b[31m\n-rf\n--help\n' },
  },
};
