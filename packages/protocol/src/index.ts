export {
  type AdmissionResponse,
  type AdmissionStatus,
  acceptance,
  rejection,
  type StatusCause,
  type StatusDetails,
} from "./admission-response.ts";
export { ProtocolError, type ProtocolErrorCode } from "./errors.ts";
export {
  SettingsValidationResponse,
  ValidationResponse,
} from "./guest-answer.ts";
export { compareCodePoints } from "./json/code-point-order.ts";
export { type KnownKeys, keyIndex, knownKeys } from "./json/known-keys.ts";
export { parseLossless } from "./json/lossless-reader.ts";
export {
  isLosslessNumber,
  type LosslessNumber,
  type LosslessObject,
  type LosslessValue,
  losslessEquals,
  stringifyLossless,
} from "./json/lossless-value.ts";
export {
  type InnerMembers,
  MAX_JSON_DEPTH,
  type MemberRuns,
  scanDocument,
  scanEnd,
  scanMembers,
  skipString,
  skipValue,
  skipWhitespace,
} from "./json/scanner.ts";
export { hasLoneSurrogate, repeatedKey } from "./json/strict-text.ts";
export { decodeJsonString } from "./json/text.ts";
export { isUtf8, utf8ErrorOffset } from "./json/utf8.ts";
export { JsonObject } from "./json-object.ts";
export { diff, formatPatch, type PatchOperation } from "./json-patch.ts";
export { applyPatch } from "./json-patch-apply.ts";
export {
  type ContextAwareResource,
  type ExecutionMode,
  executionModes,
  formatMetadata,
  metadataSectionName,
  PolicyMetadata,
  type PolicyRule,
  parseMetadata,
  parseMetadataSection,
  toMetadata,
} from "./metadata.ts";
export { needsNewerVersion, serverIncompatibility } from "./metadata-compatibility.ts";
export { validateMetadata } from "./metadata-validation.ts";
export { readAdmissionRequest, readRawRequest } from "./requests/admission-document.ts";
export type {
  GroupVersionKind,
  GroupVersionResource,
  ReadOptions,
  ReadRequest,
  RequestFacts,
  RequestProblem,
  UserInfo,
} from "./requests/read-request.ts";
export {
  type BatchPolicies,
  readAdmissionReview,
  readBatchPolicies,
  readRawReview,
} from "./requests/review.ts";
export { schemaProblems } from "./schema-problems.ts";
export { StringMap } from "./string-map.ts";
export { KUBEWARDEN_VERSION } from "./version.ts";
export { wireResponse } from "./wire-response.ts";
