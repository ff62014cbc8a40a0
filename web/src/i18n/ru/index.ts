import type { Catalogue } from "../catalogue";
import account from "./account.json";
import audit from "./audit.json";
import common from "./common.json";
import credits from "./credits.json";
import gallery from "./gallery.json";
import generations from "./generations.json";
import keys from "./keys.json";
import landing from "./landing.json";
import ledger from "./ledger.json";
import queue from "./queue.json";
import reports from "./reports.json";
import shell from "./shell.json";
import signIn from "./signIn.json";
import studio from "./studio.json";
import usage from "./usage.json";
import users from "./users.json";
import welcome from "./welcome.json";

const catalogue: Catalogue = {
  common,
  shell,
  signIn,
  account,
  studio,
  gallery,
  credits,
  keys,
  usage,
  users,
  generations,
  ledger,
  queue,
  reports,
  audit,
  landing,
  welcome,
};

export default catalogue;
