import { createHash, type KeyObject, randomBytes, sign } from 'node:crypto';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  Certificate,
  Extension,
  Extensions,
  Name,
  RelativeDistinguishedName,
  SubjectPublicKeyInfo,
  TBSCertificate,
  type Validity,
  Version,
} from '@peculiar/asn1-x509';

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
const COMMON_NAME = '2.5.4.3';

/** What a certificate says. */
export interface CertificateRequest {
  readonly issuer: Name;
  readonly subject: Name;
  readonly validity: Validity;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Extension[];
  /** A P-256 key. */
  readonly signedBy: KeyObject;
}

/** A certificate of version 3 as PEM. */
export function signedCertificate({ signedBy, publicKey, extensions, ...names }: CertificateRequest): string {
  const signature = new AlgorithmIdentifier({ algorithm: ECDSA_WITH_SHA256 });
  const body = new TBSCertificate({
    ...names,
    ...{ version: Version.v3, serialNumber: newSerial(), signature, extensions: new Extensions([...extensions]) },
    subjectPublicKeyInfo: AsnConvert.parse(bytes(spki(publicKey)), SubjectPublicKeyInfo),
  });
  const signatureValue = bytes(sign('sha256', Buffer.from(AsnConvert.serialize(body)), signedBy));
  const whole = new Certificate({ tbsCertificate: body, signatureAlgorithm: signature, signatureValue });
  const base64 = Buffer.from(AsnConvert.serialize(whole)).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`;
}

/** One extension of a certificate. */
export function extension(id: string, value: object, critical?: 'critical'): Extension {
  const extnValue = new OctetString(AsnConvert.serialize(value));
  return new Extension({ extnID: id, critical: critical !== undefined, extnValue });
}

/** A name that consists of a common name. */
export function nameOf(commonName: string): Name {
  const value = new AttributeValue({ utf8String: commonName });
  return new Name([new RelativeDistinguishedName([new AttributeTypeAndValue({ type: COMMON_NAME, value })])]);
}

/** Tells a key from all others. */
export function keyIdOf(publicKey: KeyObject): ArrayBuffer {
  return bytes(createHash('sha256').update(spki(publicKey)).digest().subarray(0, 20));
}

/** Random bytes after a small one: a serial number is positive and has no zeros before it. */
const newSerial = () => bytes(Buffer.concat([Buffer.from([0x40]), randomBytes(15)]));
const spki = (key: KeyObject) => key.export({ type: 'spki', format: 'der' });
const bytes = (buffer: Uint8Array) => new Uint8Array(buffer).buffer;
