export { type AlternativeNames, readAlternativeNames } from "./alternative-names.ts";
export { decodeBase64 } from "./base64.ts";
export { candidatePaths, type PathSearch } from "./candidate-paths.ts";
export {
  type Certificate,
  type Extension,
  MAX_CERTIFICATE_BYTES,
  parseCertificate,
  parseCertificates,
} from "./certificate.ts";
export {
  type CertificateRequest,
  parseCertificateRequest,
  requestedExtensions,
} from "./certificate-request.ts";
export { forbiddenName, type NamedCertificate } from "./constrained-names.ts";
export {
  checkEncodedCertificate,
  type EncodedCertificate,
  type EncodedTrustQuestion,
} from "./encoded-certificate.ts";
export { X509Error, type X509ErrorCode } from "./errors.ts";
export { type BasicConstraints, extensionIds } from "./extensions.ts";
export {
  type AuthorityInformation,
  type PolicyConstraints,
  type PolicyMapping,
  readAuthorityInformation,
  readCertificatePolicies,
  readCrlDistributionPoints,
  readInhibitAnyPolicy,
  readPolicyConstraints,
  readPolicyMappings,
} from "./further-extensions.ts";
export { loadMozillaRoots } from "./mozilla-roots.ts";
export { type DistinguishedName, decodeText, isSameName, type NameAttribute, type RawName } from "./name.ts";
export type { IpRange, NameConstraints, NameSubtrees } from "./name-constraints.ts";
export { type PathCertificate, readPathCertificate } from "./path-certificate.ts";
export { type PemBlock, pemBlocks } from "./pem.ts";
export {
  type PrivateKey,
  parsePkcs1PrivateKey,
  parsePkcs8PrivateKey,
  parseSec1PrivateKey,
} from "./private-key.ts";
export {
  type AlgorithmIdentifier,
  coordinateBytesOf,
  type EcCurve,
  keyObjectOf,
  type PublicKey,
  type PublicKeyInfo,
  parsePublicKeyInfo,
  readPublicKey,
} from "./public-key.ts";
export { parseTimestamp } from "./rfc3339.ts";
export { completeRsaKey, type RsaPrivateKey, type RsaRemainder } from "./rsa-private-key.ts";
export { isKeyFor, type SignatureRules } from "./signature.ts";
export { type SignatureAlgorithm, signatureAlgorithmOf } from "./signature-algorithm.ts";
export { type CertificateTime, formatCertificateTime, readTime } from "./time.ts";
export { checkCertificateTrust, type TrustQuestion, type TrustVerdict } from "./trust.ts";
