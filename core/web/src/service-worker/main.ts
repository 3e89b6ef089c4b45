/** The service worker: what goes on while no page is open. */
import { installPush, type PushScope } from "./push";

installPush(self as unknown as PushScope);
