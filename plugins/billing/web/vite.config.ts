import { panels } from "../../../core/web/panels.ts";

export default panels("billing", import.meta.url, { money: "./src/money.ts", transfers: "./src/transfers.ts", "waiting-transfers": "./src/waiting-transfers.ts" });
