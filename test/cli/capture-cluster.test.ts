import { expect, test } from 'vitest';
import { pretrip } from './run.ts';

const script = (...more: string[]) => pretrip(['capture', '--script', '-p', 'k3s-cis', ...more]);

test('a capture script asks the cluster where --kubectl is given, and not otherwise', async () => {
  expect((await script()).out).not.toContain('kubectl get');
  const { out } = await script('--kubectl');
  expect(out).toContain('kubectl get pods');
  expect(out).not.toContain('get secrets');
});
