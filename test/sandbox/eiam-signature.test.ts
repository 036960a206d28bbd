import { describe, expect, it } from 'vitest';
import { acs3Signature, canonicalRequest, createAcs3Verifier } from '../../src/sandbox/eiam/acs3-verifier.ts';
import vectors from '../providers/recorded/acs3-vectors.json' with { type: 'json' };
import recordings from '../providers/recorded/eiam-management.json' with { type: 'json' };
import { key, type Odd, recordedAt, requestId, sha256, start } from './eiam-management-calls.ts';

describe('the signature', () => {
  it.each(vectors.vectors)('vector: $name', (vector) => {
    const headers = {
      host: vector.host,
      'x-acs-action': vector.action,
      'x-acs-content-sha256': sha256(''),
      'x-acs-date': vector.date,
      'x-acs-signature-nonce': vector.nonce,
      'x-acs-version': vector.version,
    };
    const reversed = vector.canonicalQuery.split('&').reverse().join('&');
    const request = { method: vector.method, url: `/?${reversed}`, headers, body: '' };
    const canonical = canonicalRequest(request, Object.keys(headers));
    expect(sha256(canonical)).toBe(vector.hashedCanonicalRequest);
    expect(acs3Signature(canonical, vector.accessKeySecret).signature).toBe(vector.signature);
  });

  it('of every recorded request is accepted, once, and not when anything in it is changed', () => {
    const signed = recordings.requests.filter(({ headers }) => 'authorization' in headers);
    expect(signed).toHaveLength(11);
    for (const { method, url, headers } of signed) {
      const securityToken = (headers as Record<string, string>)['x-acs-security-token'];
      const mine = {
        accessKeyId: 'testid',
        accessKeySecret: 'testsecret',
        ...(securityToken && { securityToken }),
      };
      const verify = createAcs3Verifier(mine, () => recordedAt);
      const request = { method, url, headers, body: '' };
      for (const changed of [
        { ...request, url: url.replace('idaas_x', 'idaas_y') },
        { ...request, url: url.replace('/?', '/x?') },
        { ...request, method: 'GET' },
        { ...request, body: 'x' },
        { ...request, headers: { ...headers, 'x-acs-credentials-provider': 'other' } },
        { ...request, headers: { ...headers, host: '127.0.0.1:1' } },
      ]) {
        expect(() => verify(changed)).toThrow('Specified signature does not match');
      }
      expect(() => verify(request)).not.toThrow();
      expect(() => verify(request)).toThrow('nonce was used');
    }
  });

  it('needs every header, the time, the nonce and the key to be right', async () => {
    const now = recordedAt;
    const { emulator, call, code } = await start({ now: () => now });
    const get = (odd: Odd) => code('GetUser', key, odd);
    const required = ['host', 'x-acs-action', 'x-acs-version', 'x-acs-date', 'x-acs-signature-nonce'];
    for (const unsigned of [...required, 'x-acs-content-sha256']) {
      expect(await get({ unsigned }), unsigned).toBe('400 IncompleteSignature');
    }
    expect(await get({ authorization: 'Bearer x' })).toBe('400 IncompleteSignature');
    const token = { 'x-acs-security-token': 't' };
    expect(await get({ headers: token, unsigned: 'x-acs-security-token' })).toBe('400 IncompleteSignature');
    expect(await get({ headers: token })).toBe('400 InvalidSecurityToken.MismatchWithAccessKey');
    const at = (offset: number) => ({
      'x-acs-date': new Date(now + offset).toISOString().replace('.000', ''),
    });
    const quarter = 15 * 60 * 1000;
    expect(await get({ headers: at(quarter) })).toBe('200');
    expect(await get({ headers: at(-quarter) })).toBe('200');
    expect(await get({ headers: at(quarter + 1000) })).toBe('400 InvalidTimeStamp.Expired');
    expect(await get({ headers: at(-quarter - 1000) })).toBe('400 InvalidTimeStamp.Expired');
    expect(await get({ headers: { 'x-acs-date': 'today' } })).toBe('400 InvalidTimeStamp.Format');
    expect(await get({ id: 'other' })).toBe('404 InvalidAccessKeyId.NotFound');
    expect(await get({ headers: { 'x-acs-content-sha256': sha256('x') } })).toBe('400 SignatureDoesNotMatch');
    const nonce = { 'x-acs-signature-nonce': 'n' };
    expect(await get({ headers: nonce, secret: 'x' })).toBe('400 SignatureDoesNotMatch');
    expect(await get({ headers: nonce })).toBe('200');
    expect(await get({ headers: nonce })).toBe('400 SignatureNonceUsed');
    const wrong = await call('UpdateUser', { ...key, Email: 'private@example.com' }, { secret: 'other' });
    expect([wrong.status, wrong.body]).toEqual([
      400,
      {
        ...{ RequestId: requestId, HostId: new URL(emulator.url).host, Code: 'SignatureDoesNotMatch' },
        Message: expect.stringContaining(wrong.canonical),
        Recommend: 'https://api.aliyun.com/troubleshoot?q=SignatureDoesNotMatch&product=Eiam',
      },
    ]);
    expect(wrong.body.Message).toContain('private%40example.com');
    expect(Number.isNaN(Date.parse(wrong.headers.get('date') ?? ''))).toBe(false);
    expect(emulator.writes).toEqual([]);
  });
});
