"""What firewalld itself makes of files, for the tests beside this. Reads JSON from standard input, prints JSON.

read    [{"kind": "zone", "text": "..."}]: what its parser takes out of each, or null where it refuses the file.
reach S [{"/etc/firewalld/zones/public.xml": "..."}]: whether a packet from another network namespace reaches TCP port
        842 with these files within S seconds: {"state": "RUNNING", "reached": true}. Wants root, and a network
        namespace of its own.
"""
import ctypes
import json
import os
import select
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time

from firewall import config
from firewall.core.io.policy import policy_reader
from firewall.core.io.service import service_reader
from firewall.core.io.zone import zone_reader
from firewall.core.logger import log

SHIPPED = '/usr/lib/firewalld'
PORT, FORWARDED = 842, 8842
libc = ctypes.CDLL(None, use_errno=True)


def read(cases):
    readers = {'zone': zone_reader, 'policy': policy_reader, 'service': service_reader}
    fields = ['target', 'priority', 'services', 'ports', 'source_ports', 'protocols', 'forward_ports', 'interfaces',
              'sources', 'ingress_zones', 'egress_zones', 'includes', 'disable']
    found = []
    with tempfile.TemporaryDirectory() as directory:
        for case in cases:
            with open(directory + '/x.xml', 'w') as file:
                file.write(case['text'])
            try:
                item = readers[case['kind']]('x.xml', directory)
                found.append({**{f: getattr(item, f) for f in fields if hasattr(item, f)}, 'rules': len(item.rules) if hasattr(item, 'rules') else 0})
            except Exception:
                found.append(None)
    return found


def inside(pid, *argv):
    subprocess.run(['nsenter', '-n', '-t', str(pid), *argv], check=True)


def network(pid):
    """Two links to a neighbour, who lives in the namespace of pid."""
    run = lambda *argv: subprocess.run(argv, check=True)
    run('ip', 'link', 'set', 'lo', 'up')
    inside(pid, 'ip', 'link', 'set', 'lo', 'up')
    for link, own, neighbours in [('v', ['10.9.0.1/16', 'fd09::1/64'], ['10.9.0.2/16', '10.9.1.2/16', '10.9.2.2/16', 'fd09::2/64']), ('w', ['10.8.0.1/16', 'fd08::1/64'], ['10.8.0.2/16', 'fd08::2/64'])]:
        run('ip', 'link', 'add', link + '0', 'type', 'veth', 'peer', 'name', link + '1', 'netns', str(pid))
        for address in own:
            run('ip', 'addr', 'add', address, 'dev', link + '0', *(['nodad'] if ':' in address else []))
        for address in neighbours:
            inside(pid, 'ip', 'addr', 'add', address, 'dev', link + '1', *(['nodad'] if ':' in address else []))
        run('ip', 'link', 'set', link + '0', 'up')
        inside(pid, 'ip', 'link', 'set', link + '1', 'up')


def reached(namespace, own, number, seconds):
    """Whether any of the neighbour's addresses gets through, to the port or to the one that may be forwarded, from any port or one of 5300-5399."""
    ways = [('10.9.0.2', '10.9.0.1'), ('10.9.1.2', '10.9.0.1'), ('10.9.2.2', '10.9.0.1'), ('fd09::2', 'fd09::1'), ('10.8.0.2', '10.8.0.1'), ('fd08::2', 'fd08::1')]
    libc.setns(namespace, 0)
    sockets = []
    for source, target in ways:
        for port in (PORT, FORWARDED):
            for source_port in (0, 5300 + number % 100):
                s = socket.socket(socket.AF_INET6 if ':' in source else socket.AF_INET)
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                # Closed with a reset: nothing of it is left for the next case.
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
                s.setblocking(False)
                s.bind((source, source_port))
                s.connect_ex((target, port))
                sockets.append(s)
    libc.setns(own, 0)
    waiting, through, until = list(sockets), False, time.time() + seconds
    while waiting and not through and time.time() < until:
        _, ready, _ = select.select([], waiting, [], max(0, until - time.time()))
        for s in ready:
            waiting.remove(s)
            through = through or s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
    for s in sockets:
        s.close()
    return through


def shipped(directory):
    """The few of the files that firewalld ships which it does not start without."""
    for kind, names in [('zones', ['block', 'drop', 'trusted', 'public']), ('services', ['ssh', 'mdns', 'dhcpv6-client']), ('icmptypes', ['echo-request'])]:
        os.makedirs(directory + '/' + kind)
        for name in names:
            shutil.copy(SHIPPED + '/' + kind + '/' + name + '.xml', directory + '/' + kind)


def reach(cases, seconds):
    from firewall.core.fw import Firewall
    neighbour = subprocess.Popen(['unshare', '-n', 'sleep', '600'])
    own = os.open('/proc/self/ns/net', os.O_RDONLY)
    try:
        while os.stat('/proc/%d/ns/net' % neighbour.pid).st_ino == os.fstat(own).st_ino:
            time.sleep(0.01)
        namespace = os.open('/proc/%d/ns/net' % neighbour.pid, os.O_RDONLY)
        network(neighbour.pid)
        listener = socket.create_server(('::', PORT), family=socket.AF_INET6, dualstack_ipv6=True, backlog=64)
        found = []
        for number, case in enumerate(cases):
            with tempfile.TemporaryDirectory() as root:
                shipped(root + '/usr')
                os.makedirs(root + '/etc')
                for path, text in case.items():
                    to = root + path.replace('/usr/lib/firewalld', '/usr').replace('/etc/firewalld', '/etc')
                    os.makedirs(os.path.dirname(to), exist_ok=True)
                    with open(to, 'w') as file:
                        file.write(text)
                config.set_default_config_paths(root + '/usr')
                config.set_system_config_paths(root + '/etc')
                firewall = Firewall()
                try:
                    firewall.start()
                except Exception:
                    pass
                found.append({'state': firewall._state, 'reached': reached(namespace, own, number, seconds)})
                firewall.stop()
                while select.select([listener], [], [], 0)[0]:
                    listener.accept()[0].close()
        listener.close()
        return found
    finally:
        neighbour.kill()


log.setInfoLogLevel(-1)
log.setDebugLogLevel(0)
asked = json.load(sys.stdin)
json.dump(read(asked) if sys.argv[1] == 'read' else reach(asked, float(sys.argv[2])), sys.stdout)
