export {
  type CustomResourceDefinition,
  type CustomResourceVersion,
  customResourceDefinitions,
  customResourceDefinitionType,
} from "./custom-resource-definitions.ts";
export type { PrinterColumn } from "./kinds.ts";
export type { StructuralSchema } from "./structural-schema.ts";
export {
  type ControllerWebhookConfiguration,
  type ControllerWebhooks,
  controllerWebhookConfigurations,
} from "./webhook-configurations.ts";
