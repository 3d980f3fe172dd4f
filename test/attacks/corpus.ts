/** Secrets planted in every class and every carrier, and what looks like one and is none. */
import { createHash } from 'node:crypto';

/** A text that holds a secret, and the file it would stand in. */
export interface Planted {
  readonly title: string;
  readonly path: string;
  readonly text: string;
  readonly secret: string;
}

/** The same letters and digits each time, other ones for each title. */
const made = (title: string, length = 20): string => {
  const letters = createHash('sha512')
    .update(title)
    .digest('base64')
    .replace(/[^A-Za-z0-9]/g, '');
  return `q${letters.slice(0, length - 2)}7`;
};

type Carry = (name: string, secret: string) => string;

const names =
  'DB_PASS SMTP_PASS PASS PW ROOT_PW DBPW PAT GITHUB_PAT PIN COOKIE SESSION_COOKIE SIGNATURE REQUEST_SIGNATURE HMAC HMAC_SALT SALT KEY db_pass pass rootpw pw salt cookie signature hmac creds'.split(
    ' ',
  );
const nameCarriers: Readonly<Record<string, readonly [path: string, carry: Carry]>> = {
  'a file of variables': ['/etc/default/x', (n, s) => `${n}=${s}`],
  'a script': ['/etc/x.sh', (n, s) => `export ${n}='${s}'`],
  'a unit': ['/etc/systemd/system/x.service', (n, s) => `Environment=A=b "${n}=${s}" C=d`],
  'a unit, bare': ['/etc/systemd/system/x.service', (n, s) => `Environment=${n}=${s}`],
  'a command line': ['/etc/cron.d/x', (n, s) => `podman run -d -e ${n}=${s} --name web nginx`],
  'a flag': ['/etc/x.sh', (n, s) => `server --${n.toLowerCase().replaceAll('_', '-')} ${s} --verbose`],
  YAML: ['/etc/x.yaml', (n, s) => `a: 1\n${n}: ${s}\nb: 2`],
  'YAML in quotes': ['/etc/x.yaml', (n, s) => `  - ${n}: "${s}"`],
  'a flow map of YAML': ['/etc/x.yaml', (n, s) => `env: {A: b, ${n}: ${s}, C: d}`],
  'a name and a value': ['/etc/x.yaml', (n, s) => `env:\n  - name: ${n}\n    value: ${s}\n  - name: A\n    value: b`],
  'a name and a value in a flow map': ['/etc/x.yaml', (n, s) => `env: [{name: A, value: b}, {name: ${n}, value: ${s}}]`],
  'a value before its name': ['/etc/x.yaml', (n, s) => `env:\n  - value: ${s}\n    name: ${n}\n`],
  'a value before its name in a flow map': ['/etc/x.yaml', (n, s) => `env: [{value: ${s}, name: ${n}}, {value: b, name: A}]`],
  'a value before its name in JSON': ['', (n, s) => `{"env":[{"value":"${s}","name":"${n}"}]}`],
  'a value before its name in lines of JSON': ['', (n, s) => `    {\n      "value": "${s}",\n      "name": "${n}"\n    }`],
  'an explicit key of YAML': ['/etc/x.yaml', (n, s) => `a:\n  ? ${n}\n  : ${s}\n`],
  JSON: ['', (n, s) => `{"a": 1, "${n}": "${s}", "b": true}`],
  'an environment in JSON': ['', (n, s) => `"Env": [\n  "PATH=/bin",\n  "${n}=${s}"\n]`],
  TOML: ['/etc/containers/x.conf', (n, s) => `${n} = "${s}"`],
  'a list in TOML': ['/etc/containers/x.conf', (n, s) => `env = ["A=b", "${n}=${s}"]`],
  'a query': ['/etc/x.sh', (n, s) => `curl 'https://host/a?x=1&${n}=${s}&y=2'`],
  'a process': ['/proc/7/environ', (n, s) => `PATH=/bin\0${n}=${s}\0`],
};

const options: Readonly<Record<string, (secret: string) => readonly string[]>> = {
  '--creds': (s) => ['podman', 'pull', '--creds', `me:${s}`, 'reg/img'],
  'creds of a destination': (s) => ['skopeo', 'copy', `--dest-creds=me:${s}`, 'a', 'b'],
  'login -p': (s) => ['podman', 'login', '-u', 'me', '-p', s, 'reg.example'],
  'login -p, glued': (s) => ['docker', 'login', '-u', 'me', `-p${s}`, 'reg.example'],
  'login of a cluster': (s) => ['oc', 'login', '-p', s, '-u', 'me'],
  'curl -u': (s) => ['curl', '-u', `me:${s}`, 'https://host/'],
  'curl -sfu': (s) => ['curl', '-sfu', `me:${s}`, 'https://host/'],
  'curl --user': (s) => ['/usr/bin/curl', '--user', `me:${s}`, 'https://host/'],
  'curl --user=': (s) => ['curl', `--user=me:${s}`, 'https://host/'],
  'curl --proxy-user': (s) => ['curl', '--proxy-user', `me:${s}`, 'https://host/'],
  'sshpass -p': (s) => ['sshpass', '-p', s, 'ssh', '-p', '2222', 'host'],
  'sshpass, glued': (s) => ['sshpass', `-p${s}`, 'ssh', 'host'],
  'mysql -p': (s) => ['mysql', '-u', 'root', `-p${s}`, 'db'],
  'mysqldump -p': (s) => ['/usr/bin/mysqldump', `-p${s}`, 'db'],
  'mariadb -p in a container': (s) => ['podman', 'exec', 'db', 'mariadb', '-uroot', `-p${s}`],
  'redis-cli -a': (s) => ['redis-cli', '-h', 'host', '-a', s, 'ping'],
  'redis-cli --pass': (s) => ['redis-cli', '--pass', s, 'ping'],
  'k3s server -t': (s) => ['/usr/local/bin/k3s', 'server', '--disable', 'traefik', '-t', s, '-d', '/data'],
  'k3s agent -t=': (s) => ['k3s', 'agent', `-t=${s}`, '-s', 'https://host:6443'],
  'k3s server --t': (s) => ['k3s', 'server', '--t', s],
  'a node of k3d': (s) => ['/bin/k3d-entrypoint.sh', 'server', '-t', s, '--tls-san', 'host'],
  'ldapsearch -w': (s) => ['ldapsearch', '-D', 'cn=x', '-w', s],
};
const q = (w: string): string => JSON.stringify(w);
const commandCarriers: Readonly<Record<string, readonly [path: string, carry: (words: readonly string[]) => string]>> = {
  'a script': ['/etc/x.sh', (w) => w.join(' ')],
  'a script, in quotes': ['/etc/x.sh', (w) => `A=1 ${w.map((x) => (x.startsWith('-') || /^[a-z/-]+$/.test(x) ? x : `'${x}'`)).join(' ')} && true`],
  'a unit': ['/etc/systemd/system/x.service', (w) => `ExecStartPre=-${w[0]?.startsWith('/') ? '' : '/usr/bin/'}${w.join(' ')}`],
  'a Quadlet': ['/etc/containers/systemd/x.container', (w) => `Exec=${w.join(' ')}`],
  'a table of cron': ['/etc/cron.d/x', (w) => `5 4 * * * root ${w.join(' ')} >/dev/null 2>&1`],
  'a shell in a unit': ['/etc/systemd/system/x.service', (w) => `ExecStart=/bin/sh -c "sleep 1; ${w.join(' ')}"`],
  'a shell in JSON': ['', (w) => `{"Cmd": ["sh", "-c", ${q(w.join(' '))}]}`],
  'a list in JSON': ['', (w) => `{"Cmd":[${w.map(q).join(',')}],"Tty":false}`],
  'lines of JSON': ['', (w) => `"Cmd": [\n${w.map((x) => `    ${q(x)}`).join(',\n')}\n],`],
  'a flow list of YAML': ['/etc/x.yaml', (w) => `command: [${w.join(', ')}]`],
  'a list of YAML': ['/etc/x.yaml', (w) => `command:\n${w.map((x) => `  - ${x}`).join('\n')}\nnext: 1`],
  'a process': ['/proc/7/cmdline', (w) => `${w.join('\0')}\0`],
};

const inputs: Readonly<Record<string, (secret: string) => string>> = {
  echo: (s) => `echo ${s} | podman login -u me --password-stdin reg`,
  'echo in quotes': (s) => `echo "${s}" | docker login --username me --password-stdin`,
  'echo -n': (s) => `echo -n '${s}' | skopeo login --password-stdin reg`,
  printf: (s) => `printf '%s' '${s}' | podman login --password-stdin reg`,
  'printf %s\\n': (s) => `printf %s\\n ${s} | podman login --password-stdin reg`,
  'a here-string': (s) => `podman login --password-stdin reg <<< "${s}"`,
  'a here-string, glued': (s) => `podman login --password-stdin reg <<<${s}`,
  'a heredoc': (s) => `podman login --password-stdin reg <<EOF\n${s}\nEOF\necho done`,
  'a heredoc in quotes': (s) => `podman login --password-stdin reg <<-'PW'\n\t${s}\n\tPW\necho done`,
  'the next line': (s) => `echo ${s} | \\\n  podman login --password-stdin reg`,
  chpasswd: (s) => `echo root:${s} | chpasswd`,
  'sudo -S': (s) => `echo ${s} | sudo -S systemctl restart x`,
  'podman secret create': (s) => `printf ${s} | podman secret create db -`,
};
const inputCarriers: Readonly<Record<string, readonly [path: string, carry: (line: string) => string]>> = {
  'a script': ['/etc/x.sh', (t) => `set -e\n${t}\n`],
  'a function': ['/root/.bashrc', (t) => `login() {\n${t}\n}\n`],
  'what a program prints': ['', (t) => t],
};

const tokens: Readonly<Record<string, (title: string) => string>> = {
  Stripe: (t) => `sk_live_${made(t, 24)}`,
  'Stripe, restricted': (t) => `rk_live_${made(t, 24)}`,
  SendGrid: (t) => `SG.${made(t, 22)}.${made(`${t}2`, 43)}`,
  npm: (t) => `npm_${made(t, 36)}`,
  OpenAI: (t) => `sk-${made(t, 48)}`,
  'OpenAI, of a project': (t) => `sk-proj-${made(t, 48)}`,
  PyPI: (t) => `pypi-AgEIcHlwaS5vcmc${made(t, 40)}`,
  Google: (t) => `AIza${made(t, 35)}`,
  'a bot of Telegram': (t) => `123456789:AA${made(t, 33)}`,
  'a bot of Slack': (t) => `xoxb-123456789012-${made(t, 24)}`,
  'an app of Slack': (t) => `xapp-1-${made(t, 24)}`,
  'a webhook of Slack': (t) => `https://hooks.slack.com/services/T01ABCDEF/B01ABCDEF/${made(t, 24)}`,
  'a webhook of Discord': (t) => `https://discord.com/api/webhooks/123456789012345678/${made(t, 60)}`,
  'a webhook of Teams': (t) => `https://x.webhook.office.com/webhookb2/${made(t, 30)}@x/IncomingWebhook/${made(`${t}2`, 30)}`,
  'a webhook of Mattermost': (t) => `https://chat.example/hooks/${made(t, 26)}`,
  GitHub: (t) => `ghp_${made(t, 36)}`,
  GitLab: (t) => `glpat-${made(t, 20)}`,
};
const tokenCarriers: Readonly<Record<string, readonly [path: string, carry: (token: string) => string]>> = {
  'a sentence': ['', (t) => `Using ${t} for that.`],
  'a harmless variable': ['/etc/default/x', (t) => `ENDPOINT=${t}`],
  'a unit': ['/etc/systemd/system/x.service', (t) => `ExecStart=/usr/bin/x --to ${t} --loud`],
  JSON: ['', (t) => `{"to": "${t}", "n": 1}`],
  YAML: ['/etc/x.yaml', (t) => `to: ${t}`],
  'a process': ['/proc/7/cmdline', (t) => `x\0--to\0${t}\0`],
};
/** What of a token is secret: an address of a webhook is told by its last part. */
const hidden = (token: string): string => (token.startsWith('https:') ? (token.split('/').at(-1) as string) : token);

const others: Readonly<Record<string, readonly [path: string, carry: (secret: string) => string]>> = {
  'the unit of install.sh': [
    '/etc/systemd/system/k3s.service',
    (s) => `ExecStart=/usr/local/bin/k3s \\\n    server \\\n\t'-t' \\\n\t'${s}' \\\n\t'--debug' \\\n\n`,
  ],
  'the script of install.sh': ['/etc/init.d/k3s', (s) => `command_args="server \\\n\t'-t' \\\n\t'${s}' \\\n\t>>/var/log/k3s.log 2>&1"\n`],
  'a script of OpenRC': ['/etc/init.d/k3s-agent', (s) => `command_args="agent -t ${s} >>/var/log/k3s-agent.log 2>&1"\n`],
  'arguments for install.sh': ['/root/x.sh', (s) => `curl -sfL https://get.example | INSTALL_K3S_EXEC="server -t ${s}" sh -\n`],
  'a token by its short name': ['/etc/rancher/k3s/config.yaml', (s) => `t: ${s}\nserver: https://host:6443\n`],
  'a token that is appended': ['/etc/rancher/k3s/config.yaml.d/x.yaml', (s) => `agent-token+: ${s}\n`],
  'a key of a VPN': ['/etc/rancher/k3s/config.yaml', (s) => `vpn-auth: "name=tailscale,joinKey=${s},controlServerURL=https://host"\n`],
  'a key of a VPN in a unit': ['/etc/systemd/system/k3s.service', (s) => `Environment="A=b" "K3S_VPN_AUTH=name=tailscale,joinKey=${s}"\n`],
  'a key of a VPN on a command line': [
    '/etc/systemd/system/k3s.service',
    (s) => `ExecStart=/usr/local/bin/k3s server --vpn-auth name=tailscale,joinKey=${s} --debug\n`,
  ],
  'a connection string': ['/etc/default/x', (s) => `DB="Server=db;Uid=sa;Pwd=${s};Database=x"`],
  'a connection string that begins with it': ['/etc/x.conf', (s) => `db = "Pwd=${s};Server=db"`],
  'a connection string in JSON': ['', (s) => `{"Default": "Host=db;User Id=x;Pwd=${s}"}`],
  'a connection string in a process': ['/proc/7/environ', (s) => `CONNECTION=Server=db;Pwd=${s};Encrypt=true\0`],
  'cifs in fstab': ['/etc/fstab', (s) => `//srv/x /mnt cifs user=me,pass=${s},uid=0 0 0`],
  'cifs among mounts': ['/proc/mounts', (s) => `//srv/x /mnt cifs rw,user=me,pass=${s} 0 0`],
  'cifs in a mount unit': ['/etc/systemd/system/mnt.mount', (s) => `Options=user=me,pass=${s},uid=0`],
  'cifs on a command line': ['/etc/x.sh', (s) => `mount -t cifs -o user=me,pass=${s} //srv/x /mnt`],
  'sig in a query': ['/etc/default/x', (s) => `URL=https://a.blob.example/c?sv=2021&sig=${s}%3D&se=1`],
  'sig first in a query': ['', (s) => `{"url": "https://a.example/c?sig=${s}"}`],
  'X-Amz-Signature': ['/etc/x.sh', (s) => `wget "https://b.s3.example/o?X-Amz-Date=1&X-Amz-Signature=${s}&X-Amz-SignedHeaders=host"`],
  'X-Goog-Signature in a process': ['/proc/7/cmdline', (s) => `wget\0https://b.example/o?X-Goog-Signature=${s}\0`],
  'a cookie for curl': ['/etc/x.sh', (s) => `curl -H "Cookie: theme=dark; sid=${s}; a=b" https://host/`],
  'a proxy without a scheme': ['/etc/environment', (s) => `http_proxy=me:${s}@proxy.example:3128`],
  'a proxy in capitals': ['/etc/default/x', (s) => `HTTPS_PROXY="me:${s}@proxy.example:3128"`],
  'a proxy of a unit': ['/etc/systemd/system/x.service', (s) => `Environment="HTTP_PROXY=me:${s}@10.0.0.1:3128" "A=b"`],
  'a proxy in JSON': ['', (s) => `{"proxies": {"default": {"httpProxy": "me:${s}@proxy:3128"}}}`],
  'a proxy as a flag': ['/etc/x.sh', (s) => `curl --proxy me:${s}@proxy:3128 https://host/`],
  'a proxy in a process': ['/proc/7/environ', (s) => `https_proxy=me:${s}@proxy:3128\0`],
};

const crossed = <A, B>(
  classes: Readonly<Record<string, A>>,
  carriers: Readonly<Record<string, B>>,
  plant: (c: A, k: B, title: string) => Planted[],
): Planted[] => Object.entries(classes).flatMap(([c, a]) => Object.entries(carriers).flatMap(([k, b]) => plant(a, b, `${c} in ${k}`)));

export const planted: readonly Planted[] = [
  ...crossed(Object.fromEntries(names.map((n) => [n, n])), nameCarriers, (name, [path, carry], title) => [
    { title, path, secret: made(title), text: carry(name, made(title)) },
  ]),
  ...crossed(options, commandCarriers, (words, [path, carry], title) => [{ title, path, secret: made(title), text: carry(words(made(title))) }]),
  ...crossed(inputs, inputCarriers, (line, [path, carry], title) => [{ title, path, secret: made(title), text: carry(line(made(title))) }]),
  ...crossed(tokens, tokenCarriers, (token, [path, carry], title) => [{ title, path, secret: hidden(token(title)), text: carry(token(title)) }]),
  ...Object.entries(others).map(([title, [path, carry]]) => ({ title, path, secret: made(title), text: carry(made(title)) })),
];

const sha = (title: string): string => createHash('sha256').update(title).digest('hex');

/** Lines that hold no secret, by the file they would stand in: not a byte of them may change. */
export const decoys: Readonly<Record<string, readonly string[]>> = {
  '/etc/x.sh': [
    `podman pull docker.io/library/nginx@sha256:${sha('nginx')}`,
    `image=quay.io/a/b:1.2@sha256:${sha('b')}`,
    `proxy_image=registry:5000@sha256:${sha('c')}`,
    'systemctl --user enable podman.socket',
    'podman run --user 1000:1000 -p 8080:80 nginx',
    'podman build server -t registry:5000/server',
    'k3s kubectl exec -t web-0 -- sh',
    'k3s ctr run -t docker.io/library/nginx:1 web',
    'k3s server -d /data -s https://host:6443 --tls-san host',
    'podman run --user=web:web -p 127.0.0.1:5432:5432 postgres',
    'podman run -v app-secrets:/run/secrets:ro web',
    'podman run --volume=db-password:/pw --volume "api-token:/var/lib/token" web',
    'podman run --name mysql -p 3306:3306 mysql:8',
    'podman run -d --name redis-cli -p6379:6379 redis',
    'mysql -u root -p mydb',
    'mysql -P 3306 -h db',
    'sshpass -e ssh -p 2222 host',
    'sshpass -f /root/pw ssh -p 2222 host',
    'ssh -p 2222 me@host',
    'mkdir -p /var/lib/x && cp -a a b',
    'podman login -u me registry.example',
    'podman login --get-login registry.example',
    'podman login -u me --password-stdin registry.example < /run/pw',
    'cat /run/pw | podman login -u me --password-stdin registry.example',
    `echo "$TOKEN" | podman login --password-stdin registry.example`,
    'echo done | tee /tmp/log',
    'printf "%s\\n" hello | cat',
    'curl -u me https://host/',
    'curl --user me https://host/',
    'curl -fsSL https://get.k3s.io | sh -',
    'cd "$PWD" && PWD=/root && export PWD',
    'OLDPWD=/home; cd -',
    'sudo -s',
    'sudo -u web podman ps',
    'redis-cli -h host ping',
    'redis-cli --askpass',
    'tar -xpf a.tar -C /usr/bin',
    'grep -p pattern path',
    'export BYPASS=compass7direction',
    'http_proxy=http://proxy.example:3128',
    'no_proxy=localhost,127.0.0.1,.example',
    'git clone git@github.com:containers/podman.git',
    'rsync me@host:/a /b',
    'cat <<EOF\nhello\nEOF',
    'for key in a b c; do echo $key; done',
    'pass=$(cat /run/pw)',
    'PIN=${PIN}',
    'PATTERN=a1b2c3d4e5',
    'npm_config_registry_mirror=on',
    'npm_package_dependencies_some_package=1',
  ],
  '/root/.ssh/authorized_keys': [
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0Zk5cJ3m9Jk0b1c2d3e4f5g6h7i8j9k0l1m2n3o4p me@host',
    'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7f1Zk5cJ3m9Jk0b1c2d3e4f5g6h7i8j9k0l1 key of me',
    'sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIJ0Zk5cJ3m9 token@host',
    'sk-ecdsa-sha2-nistp256@openssh.com AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20 me',
    'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBJ0Zk5c me',
  ],
  '/etc/wireguard.conf': [
    'PublicKey = HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw=',
    'ListenPort = 51820',
    'public_key: HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw=',
  ],
  '/etc/containers/policy.json': [
    '{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat"}',
    '"keyData": "LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0KTUZrd0V3WUhLb1pJemowQ0FRWUlLb1pJemowREFRY0RRZ0FF"',
    '"keyPaths": ["/a/b.pub", "/c/d.pub"]',
    '"signedIdentity": {"type": "matchRepository"}',
  ],
  '/etc/apt/preferences.d/x': ['Pin: release a=stable', 'Pin: version 5.4*', 'Pin-Priority: 1001'],
  '/etc/containers/systemd/x.container': ['Volume=app-creds:/creds:Z', 'Volume=db-password.volume:/pw', 'Volume="app-secrets:/run/secrets:ro,z"'],
  '/etc/x.yaml': [
    '- app-secrets:/run/secrets:ro',
    '- volume: api-token:/var/lib/token',
    'key: node-role.kubernetes.io/control-plane',
    'key: topology.kubernetes.io/zone1',
    '- key: replica2',
    'tolerations: [{key: a.example/b1c2d3e4, operator: Exists}]',
    'keys: [a, b]',
    'key: name',
    'pin: 17',
    'pin: 1.2.3',
    'pat: release1',
    'cookie: false',
    'cookie_domain: host1.example.com',
    'cookies: enabled',
    'signature: required',
    'signature-policy: /etc/containers/policy.json',
    'signature: /var/lib/x/a.sig',
    'hmac: sha256',
    'hmac: hmac-sha2-512-etm',
    'salt: /etc/salt.d/x.conf',
    'bypass: a1b2c3d4e5',
    'compass: North7East9',
    'multipass: a1b2c3d4e5',
    'encompass=A1B2C3D4E5',
    'trespass: a1b2c3d4e5',
    'passthrough: a1b2c3d4e5',
    'passes: 12345678',
    'path: /a1b2c3d4e5',
    'pattern: a1b2c3d4e5',
    'pinned: a1b2c3d4e5',
    'salted: a1b2c3d4e5',
    'image: task-1234567890abcdefABCDEF12',
    'disk: disk-1234567890abcdefABCDEF12',
    'webhooks: https://host/api/v1/webhooks/list',
    'value: a1b2c3d4e5\nname: COLOUR',
    'env: [{value: a1b2c3d4e5, name: COLOUR}]',
    '? colour\n: a1b2c3d4e5',
    'locale: sk-SK',
    'command: [podman, run, --user, "1000:1000", nginx]',
    'command:\n  - mysql\n  - -p\n  - db1',
    'cpu: {key: cpuset1}',
    'token-file: /run/t',
    'proxy: registry.example:5000',
    'proxy: 10.0.0.1:3128',
    'monkey: a1b2c3d4e5',
  ],
  '/etc/systemd/system/x.service': [
    'ExecStart=-/sbin/agetty -o "-p -- \\\\u" --noclear - linux',
    'ExecStart=/bin/login -p -- user',
    'ExecStart=/usr/bin/podman run --user 1000 --publish 80:80 nginx',
    'Environment=PWD=/srv OLDPWD=/',
    'RootHashSignature=/etc/verity.p7s',
    'LoadCredential=key:/etc/cred/a',
    'Environment=GPIO_PIN=17',
    'PassEnvironment=A1B2C3D4E5',
  ],
  '/etc/fstab': [
    '/dev/sda1 / ext4 rw,passno=1 0 1',
    '//srv/x /mnt cifs credentials=/etc/cifs.cred,uid=0 0 0',
    'UUID=0a1b2c3d-1111-2222-3333-444455556666 /boot ext4 ro 0 2',
  ],
  '': [
    'Signature   : RSA/SHA256, Mon 01 Jun 2026 10:00:00, Key ID 0123456789abcdef',
    `"Digest": "sha256:${sha('d')}",`,
    `"RepoDigests": ["docker.io/library/nginx@sha256:${sha('e')}"],`,
    `"Id": "${sha('f')}",`,
    '"User": "1000:1000",',
    '"Cmd": [\n  "podman",\n  "run",\n  "-p",\n  "8080:80"\n]',
    '"Cmd": ["mysqld", "--port=3306"]',
    'podman version 5.4.2',
    'buildah@1234567890:x',
    'from 12345678:ab to 9',
    '-----BEGIN PGP PUBLIC KEY BLOCK-----\nmQINBFzZ\n-----END PGP PUBLIC KEY BLOCK-----',
    '{"NetworkSettings": {"Ports": {"5432/tcp": [{"HostIp": "", "HostPort": "5432"}]}}}',
  ],
};
