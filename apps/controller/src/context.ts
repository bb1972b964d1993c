import type { Clock, Logger } from "@kubewarden-ts/base";
import type { EventRecorder, ObjectClient } from "@kubewarden-ts/kube";
import type { ClusterView } from "./cluster-view.ts";
import type { ControllerConfig } from "./config.ts";

/** What the API server can do (controller.md 6.5). */
export interface ClusterFeatures {
  readonly matchConditions: boolean;
}

/** What reconcilers work with. */
export interface ControllerContext {
  readonly config: ControllerConfig;
  /** for writing, and for reading what must not be old */
  readonly objects: ObjectClient;
  readonly view: ClusterView;
  readonly events: EventRecorder;
  readonly features: ClusterFeatures;
  readonly clock: Clock;
  readonly log: Logger;
}
