export { type SentAnswer, statusAnswer } from "./fake-answers.ts";
export {
  createFakeApiServer,
  type Decide,
  type FakeAnswer,
  type FakeApiServer,
  type FakeApiServerOptions,
  type FakeRequest,
  type RequestMatch,
} from "./fake-api-server.ts";
export { createFakeClock, type FakeClock } from "./fake-clock.ts";
export type { FakeObject } from "./fake-cluster.ts";
export { controllerKinds } from "./fake-kinds.ts";
export type { FakeWatch } from "./fake-watch.ts";
export type { Admit, FakeReview } from "./fake-writes.ts";
export { staticAccess } from "./static-access.ts";
