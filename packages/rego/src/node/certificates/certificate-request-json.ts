import {
  type CertificateRequest,
  decodeText,
  extensionIds,
  type RawName,
  readAlternativeNames,
  readPublicKey,
  requestedExtensions,
  signatureAlgorithmOf,
} from "@kubewarden-ts/x509";
import { listOrNull, type PlainValue } from "../go/plain-value.ts";
import { anyJson, requestAttributesJson } from "./any-json.ts";
import { alternativeNamesJson, certifiedKeyJson, extensionJson } from "./certificate-json.ts";
import { readUri } from "./go-certificate.ts";
import { publicKeyAlgorithmNumber, signatureAlgorithmNumber } from "./key-json.ts";
import { nameJson, type PlainAttribute } from "./name-json.ts";

/** A certificate request as Go writes its `x509.CertificateRequest` as JSON. @throws {X509Error}, {BuiltinError} */
export function certificateRequestJson(request: CertificateRequest): PlainValue {
  const { raw, tbs, publicKeyInfo, subject, signature, signatureAlgorithm, version, attributes } = request;
  const extensions = requestedExtensions(request);
  const names = extensions.find(({ id }) => id === extensionIds.alternativeNames);
  const alternativeNames = names && readAlternativeNames(names.value);
  return {
    Raw: raw,
    RawTBSCertificateRequest: tbs,
    RawSubjectPublicKeyInfo: publicKeyInfo.raw,
    RawSubject: subject.raw,
    Version: version,
    Signature: signature,
    SignatureAlgorithm: signatureAlgorithmNumber(signatureAlgorithmOf(signatureAlgorithm)),
    PublicKeyAlgorithm: publicKeyAlgorithmNumber(publicKeyInfo.algorithm.algorithm),
    PublicKey: certifiedKeyJson(publicKeyInfo, readPublicKey(publicKeyInfo)),
    Subject: nameJson(subject.attributes.map(anyAttribute)),
    Attributes: listOrNull(requestAttributesJson(attributes)),
    Extensions: listOrNull(extensions.map(extensionJson)),
    ExtraExtensions: null,
    ...alternativeNamesJson({ alternativeNames, uris: (alternativeNames?.uris ?? []).map(readUri) }),
  };
}

function anyAttribute({ type, value }: RawName["attributes"][number]): PlainAttribute {
  return { type, value: anyJson(value), isText: decodeText(value.tag, value.content) !== undefined };
}
