/** A session ends in time whatever the other side does. */
import { expect, test } from 'vitest';
import { openSession, SessionError } from '../../../src/collect/script/session.ts';

const patient = { seconds: 20, silence: 20, bytes: 10_000_000 };

test.each([
  ['says nothing', 'sleep 30', { ...patient, silence: 0.3 }, /said nothing for 0.3 s/],
  ['drips', 'while :; do printf x; sleep 0.05; done', { ...patient, seconds: 0.6 }, /took longer than 0.6 s/],
  ['never ends', 'printf "\\npretrip-raw/1 n0n0n0n0\\nn0n0n0n0 read 30000000\\n"; exec cat /dev/zero', patient, /sent more than 9 MiB/],
  ['dies', 'kill -9 $$', patient, /ended by SIGKILL/],
  ['is no program', undefined, patient, /no such program/],
] as const)('the other side %s', async (_, command, limits, said) => {
  const session = await openSession(command === undefined ? ['/no/such/program'] : ['sh', '-c', command], {}, limits);
  const failure = await session.ask('exit\n', 'n0n0n0n0').then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(SessionError);
  expect((failure as SessionError).message).toMatch(said);
  await session.close();
});
