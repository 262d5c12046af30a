/** Both signatures against the reference's test vectors (encord-api.md B.6). */
import { describe, expect, it } from 'vitest';
import { parsePrivateKey } from '../../../main/adapters/encord/keys.ts';
import { authorizationV1 } from '../../../main/adapters/encord/sign-v1.ts';
import { signatureHeadersV2 } from '../../../main/adapters/encord/sign-v2.ts';
import { keyFromSeed, SEED, VECTOR_PUBLIC_HEX } from './support.ts';

const key = parsePrivateKey(keyFromSeed(SEED, ''));
/** `created` of the vectors is 1700000000, and the program puts it 30 seconds into the past. */
const now = 1_700_000_030_999;

describe('v1', () => {
  it('signs the digest of the body', () => {
    const body = Buffer.from(
      '{"query_type": "dataset", "query_method": "GET", "values": {"uid": null, "payload": null}}',
    );
    expect(authorizationV1(key, body)).toBe(
      `${VECTOR_PUBLIC_HEX}:ef4ad9b3d0b3418b7d9dab0a37518bb0bb20ff8b47692c129c61f93869e058bbe1b9b2b8cdb386fef4a21b32f29ba4090f3f9264f83d7b224d6f57c16dc1c406`,
    );
  });
});

describe('v2', () => {
  it('signs a GET without a body, with its query as sent', () => {
    const requestTarget = '/v2/public/presigned-urls?count=2&uploadItemType=image';
    expect(signatureHeadersV2(key, { method: 'get', requestTarget, body: Buffer.alloc(0), now })).toEqual({
      'Content-Digest': 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:',
      'Signature-Input': `encord-sig=("@method" "@request-target" "content-digest");created=1700000000;keyid="${VECTOR_PUBLIC_HEX}";alg="ed25519"`,
      Signature:
        'encord-sig=:h5Pj1/FCSL1yHfCbmnfLv22uvD88RYZut/dXGqmrAaYZe2JCqeXN9BXFY6WM0dUjk0P0/X9kdtu3N8C4lDupDA==:',
    });
  });

  it('signs a POST with its body', () => {
    const body = Buffer.from(
      '{"title": "T", "description": "D", "createBackingFolder": false, "legacyCall": false}',
    );
    const headers = signatureHeadersV2(key, {
      method: 'POST',
      requestTarget: '/v2/public/datasets',
      body,
      now,
    });
    expect(headers['Content-Digest']).toBe('sha-256=:6NV8PjfaGnm44N+HeNOKoviWdlTCtIBuXCiFWIZ+0lo=:');
    expect(headers.Signature).toBe(
      'encord-sig=:lJxeGU/aNuMTVr2TOovM/lkguuz0YANfjyN1kgmKDTBId9FZSW2se9tSqCOdRrg0V9wEWHMLqHhvMZb//frZDg==:',
    );
  });
});
