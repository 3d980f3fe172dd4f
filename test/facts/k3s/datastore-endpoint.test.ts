import { expect, test } from 'vitest';
import { datastoreWay } from '../../../src/facts/k3s/datastore-endpoint.ts';

test.each([
  ['mysql://', false, 'local'],
  ['mysql://k3s:x@unix(/run/mysqld/mysqld.sock)/k3s', false, 'local'],
  ['mysql://k3s:x@tcp(127.0.0.1:3306)/k3s', false, 'local'],
  ['mysql://k3s:x@tcp(db.example:3306)/k3s', false, 'plain'],
  ['mysql://k3s:x@tcp(db.example:3306)/k3s', true, 'verified'],
  ['mysql://k3s:x@tcp(db.example:3306)/k3s?tls=true', false, 'verified'],
  ['mysql://k3s:x@tcp(db.example:3306)/k3s?tls=skip-verify', false, 'unverified'],
  ['mysql://k3s:x@tcp(db.example:3306)/k3s?tls=preferred', false, 'plain'],
  ['postgres://k3s:x@db.example/k3s', false, 'unverified'],
  ['postgres://k3s:x@db.example/k3s', true, 'verified'],
  ['postgresql://k3s:x@db.example/k3s?sslmode=require', false, 'unverified'],
  ['postgres://k3s:x@db.example/k3s?sslmode=require&sslrootcert=/ca.pem', false, 'verified'],
  ['postgres://k3s:x@db.example/k3s?sslmode=verify-ca', false, 'verified'],
  ['postgres://k3s:x@db.example/k3s?sslmode=allow', true, 'plain'],
  ['postgres:///k3s?host=/run/postgresql', false, 'local'],
  ['https://a.example:2379', false, 'verified'],
  ['https://a.example:2379,http://127.0.0.1:2379', true, 'verified'],
  ['http://127.0.0.1:2379', false, 'local'],
  ['http://a.example:2379,https://b.example:2379', true, 'plain'],
  ['nats://a.example', false, undefined],
])('%s, certificates beside it: %s', (endpoint, certificates, way) => {
  expect(datastoreWay(endpoint, certificates).way).toBe(way);
});
