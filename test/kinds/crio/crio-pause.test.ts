import { expect, test } from 'vitest';
import { crioPause } from '../../../src/kinds/crio/crio-pause.ts';
import { onCrio } from './on-crio.ts';

const mirror = (text: string) => ({ '/etc/containers/registries.conf': `[[registry]]\n${text}` });

test.each([
  ['prefix = "registry.k8s.io"\nlocation = "r.example"\n', true],
  ['location = "registry.k8s.io"\n[[registry.mirror]]\nlocation = "r.example"\n', true],
  ['location = "registry.k8s.io"\n', false],
  ['prefix = "registry.k8s.io/other"\nlocation = "r.example"\n', false],
])('%s', (text, redirected) => {
  expect(onCrio(crioPause, '', mirror(text))).toMatchObject({ value: { registry: 'registry.k8s.io', stored: false, redirected, offline: [] } });
});

test('in the store of CRI-O, by its name and tag', () => {
  const store = { '/srv/s/overlay-images/images.json': '[{"id":"1","names":["r.example/pause:1"]},{"id":"2"}]' };
  const conf = '[crio]\nroot = "/srv/s/"\n[crio.image]\npause_image = "r.example/pause:1"\n';
  expect(onCrio(crioPause, conf, store)).toMatchObject({ value: { registry: 'r.example', stored: true } });
  expect(onCrio(crioPause, conf.replace('pause:1', 'pause:2'), store)).toMatchObject({ value: { stored: false } });
});

test('archives for K3s are a sign', () => {
  const fact = onCrio(crioPause, '', { '/var/lib/rancher/k3s/agent/images/a.tar.zst': '', '/var/lib/rancher/k3s/agent/images/note.txt': '' });
  // Without a service nobody knows where K3s keeps its state; the usual place is looked at all the same.
  expect(fact).toMatchObject({ value: { offline: ['/var/lib/rancher/k3s/agent/images/a.tar.zst'] } });
});
