export { PolicySdkError, type PolicySdkErrorCode } from "../errors.ts";
export { type Abi, abis } from "./abi.ts";
export {
  type BuildPolicyOptions,
  type BuiltPolicy,
  buildPolicy,
  createPolicyBuilder,
  type PolicyBuilder,
} from "./policy-builder.ts";
