import { parseCertificateRequest, pemBlocks, X509Error } from "@kubewarden-ts/x509";
import type { Builtin, BuiltinTable } from "../../core/builtin.ts";
import { objectOperand, stringOperand } from "../../core/operands.ts";
import type { RegoValue } from "../../core/value.ts";
import { BuiltinError } from "../../errors.ts";
import { regoOf } from "../go/plain-value.ts";
import { readingX509 } from "../x509-errors.ts";
import { certificateJson } from "./certificate-json.ts";
import { certificateRequestJson } from "./certificate-request-json.ts";
import { base64, certificatesOf } from "./encoded-input.ts";
import type { GoCertificate } from "./go-certificate.ts";
import { type VerifyOptions, verifyPath } from "./go-verify.ts";
import { privateKeyJson } from "./key-json.ts";
import { keyPairJson } from "./key-pair.ts";
import { privateKeyJwk } from "./private-key-jwk.ts";
import { privateKeysOf } from "./private-keys.ts";
import { defaultVerifyOptions, readVerifyOptions } from "./verify-options.ts";

const parseCertificates: Builtin = (operands) => {
  const certificates = certificatesOf(stringOperand(operands, 0));
  return regoOf(certificates.map((certificate) => certificateJson(certificate, { withUriStrings: true })));
};

const untrusted: RegoValue = [false, []];

const parseAndVerify: Builtin = (operands, context) =>
  verified(stringOperand(operands, 0), () => defaultVerifyOptions(context), { withUriStrings: true });

const parseAndVerifyWithOptions: Builtin = (operands, context) => {
  const text = stringOperand(operands, 0);
  const options = objectOperand(operands, 1);
  return verified(text, () => readVerifyOptions(options, context), { withUriStrings: false });
};

/** @param optionsOf - asked only when the certificates can be read */
function verified(
  text: string,
  optionsOf: () => VerifyOptions,
  form: { withUriStrings: boolean },
): RegoValue {
  const certificates = readable(text);
  if (certificates === undefined) return untrusted;
  const path = verifyPath(certificates, optionsOf());
  if (path === undefined) return untrusted;
  return [true, regoOf(path.map((certificate) => certificateJson(certificate, form)))];
}

function readable(text: string): GoCertificate[] | undefined {
  try {
    return certificatesOf(text);
  } catch (error) {
    const isMalformed =
      error instanceof BuiltinError || (error instanceof X509Error && error.code !== "X509_LIMIT");
    if (!isMalformed) throw error;
    return undefined;
  }
}

const requestBeginning = "-----BEGIN CERTIFICATE REQUEST-----";

const parseRequest: Builtin = (operands) => {
  const text = stringOperand(operands, 0);
  const bytes = text.startsWith(requestBeginning) ? Buffer.from(text) : base64(text);
  const block = pemBlocks(bytes).next().value;
  if (block !== undefined && block.label !== "CERTIFICATE REQUEST") {
    throw new BuiltinError("invalid PEM-encoded certificate signing request");
  }
  return regoOf(certificateRequestJson(parseCertificateRequest(block?.bytes ?? bytes)));
};

const parseKeyPair: Builtin = (operands) =>
  regoOf(keyPairJson(stringOperand(operands, 0), stringOperand(operands, 1)));

const parseRsaPrivateKey: Builtin = (operands) => {
  const text = stringOperand(operands, 0);
  if (text === "") throw new BuiltinError("input PEM data was empty");
  // Which is decoded again where keys are read, as OPA does.
  const pem = text.startsWith("-----BEGIN") ? text : Buffer.from(base64(text)).toString("latin1");
  const [key] = privateKeysOf(pem);
  return key === undefined ? null : regoOf(privateKeyJwk(key));
};

const parsePrivateKeys: Builtin = (operands) => {
  const text = stringOperand(operands, 0);
  return text === "" ? null : regoOf(privateKeysOf(text).map(privateKeyJson));
};

/** Certificates, requests for them, and keys. */
export const certificateBuiltins: BuiltinTable = {
  "crypto.x509.parse_certificates": readingX509(parseCertificates),
  "crypto.x509.parse_and_verify_certificates": readingX509(parseAndVerify),
  "crypto.x509.parse_and_verify_certificates_with_options": readingX509(parseAndVerifyWithOptions),
  "crypto.x509.parse_certificate_request": readingX509(parseRequest),
  "crypto.x509.parse_keypair": readingX509(parseKeyPair),
  "crypto.x509.parse_rsa_private_key": readingX509(parseRsaPrivateKey),
  "crypto.parse_private_keys": readingX509(parsePrivateKeys),
};
