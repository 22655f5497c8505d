/** Forgets what the services of the run were made from. */
import { rmSync } from "node:fs";

import { seeds } from "./service";

export default () => rmSync(seeds(process.pid), { recursive: true, force: true });
