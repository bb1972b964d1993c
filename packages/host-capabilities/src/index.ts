export type { EncodedCertificate } from "./capabilities/certificate-trust.ts";
export {
  type CapabilityAnswer,
  type CapabilityDeps,
  jsonAnswer,
  type ResourceReference,
} from "./capability.ts";
export { type CapabilityComparison, compareCapabilities, usedCapabilities } from "./capability-scan.ts";
export type { AccessQuestion, Cluster, ObjectSelection } from "./cluster.ts";
export {
  createDispatcher,
  type Dispatcher,
  type DispatcherOptions,
  type HostCall,
  type HostQuestion,
  type QuestionOptions,
} from "./dispatcher.ts";
export { CapabilityError, HostCallError, type HostCallErrorCode } from "./errors.ts";
export {
  type CapabilityGrants,
  formatGrants,
  mayWait,
  notGranted,
  parseCapabilityPatterns,
} from "./grants.ts";
export type { Inventory, InventoryLayout } from "./inventory/read-inventory.ts";
export { type CapabilityServer, createCapabilityServer } from "./server.ts";
export type { Exchange, RecordedRequest, RecordedResponse } from "./session/interaction.ts";
export { recordedRequest } from "./session/recorded-request.ts";
export { createRecorder, type Recorder } from "./session/recorder.ts";
export { createReplay, type Replay } from "./session/replay.ts";
export { formatSession, parseSession, SessionError } from "./session/session-file.ts";
export { tellReasons, type VerificationRequest } from "./verification.ts";
