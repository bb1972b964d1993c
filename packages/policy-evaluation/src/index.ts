export { checkPolicies } from "./check-policies.ts";
export { applyConstraints, type ConstraintStep, type ResponseConstraints } from "./constraints.ts";
export {
  ModuleRefusedError,
  PoliciesFileError,
  type PoliciesFileErrorCode,
  type PolicyFailure,
  StartupError,
} from "./errors.ts";
export type { Evaluation, Origin } from "./evaluation.ts";
export {
  type CallOptions,
  type Evaluator,
  type EvaluatorOptions,
  type PolicyAudit,
  startEvaluator,
} from "./evaluator.ts";
export { evaluateGroup, type GroupEvaluation } from "./group-response.ts";
export { limitFlags, limitsOf } from "./limit-flags.ts";
export {
  type ChooseExecutionMode,
  downloadName,
  type FetchedModule,
  type FetchModule,
  readMetadata,
} from "./module-catalog.ts";
export { executionModeOf, requirementProblem } from "./module-requirements.ts";
export type { ReloadReport } from "./next-generation.ts";
export type { EvaluatorObserver, Observation, ObservedRun, SettingsValidation } from "./observation.ts";
export {
  type Policies,
  type PolicyEntry,
  type PolicyGroupEntry,
  type PolicyMember,
  parsePolicies,
  policiesFileProblem,
} from "./policies-file.ts";
export { formatPolicyId, invalidPolicyId, type PolicyId, parsePolicyId } from "./policy-id.ts";
export type { ModuleStatus, PolicyState, PolicyStatus } from "./policy-status.ts";
export { type Settings, type SettingsValue, settingsToJson } from "./settings.ts";
export { invalidSettings, readSettingsAnswer, settingsCallFailure } from "./settings-answer.ts";
export { type GuestAnswer, toAdmissionResponse } from "./vanilla-response.ts";
export type { EvaluationRead } from "./worker/evaluation-reads.ts";
