/** The screens about the member's life, which Me leads to; and the first minutes. */

/** @import { Api } from "../api.js" */
/** @import { Replica } from "../records/replica.js" */
/** @import { Sync } from "../records/sync.js" */

import { AnswersView } from "./answers-view.js";
import { ClosenessView } from "./closeness-view.js";
import { FirstRun } from "./first-run.js";
import { LifeView } from "./life-view.js";

export const TITLES = /** @type {const} */ ({
  welcome: "Welcome",
  answers: "Your answers",
  life: "Your imagined life",
  closeness: "You, now and then",
});

/**
 * @param {Api} api
 * @param {Replica} replica
 * @param {Sync} sync
 */
export function onboardingScreens(api, replica, sync) {
  return {
    welcome: new FirstRun(api, replica, sync),
    answers: new AnswersView(api, replica),
    life: new LifeView(api, replica, sync),
    closeness: new ClosenessView(api, replica),
  };
}
