export { type JunitCase, type JunitOutcome, type JunitSuite, junitXml } from "./junit.ts";
export {
  type SarifLevel,
  type SarifLocation,
  type SarifNotification,
  type SarifResult,
  type SarifRule,
  type SarifRun,
  sarifText,
} from "./sarif.ts";
