export {
  alternativeNames,
  basicConstraints,
  type CertificateOptions,
  extension,
  issueCertificate,
  keyUsage,
  nameConstraints,
  pem,
  type TestAuthority,
  type TestCertificate,
} from "./certificates.ts";
export { bits, der, integer, isTrue, octets, oid, sequence, set, smallInteger, utf8 } from "./der.ts";
