// Lists the reports and shows one. The credential stays in this variable, and is gone when the page is.
"use strict";

const byId = (id) => document.getElementById(id);
const NOBODY = "report-reader"; // whom a stack in open mode takes everybody for; elsewhere it asks for a credential

let credential = null;
let nextPage = null;

class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

async function ask(path, query, accept) {
  const wanted = new URLSearchParams(credential ? query : { ...query, userId: NOBODY });
  const headers = { Accept: accept };
  if (credential) headers.Authorization = `Bearer ${credential}`;
  const answer = await fetch(`/v1/reports${path}?${wanted}`, { headers, credentials: "omit", cache: "no-store" });
  if (!answer.ok) {
    const problem = await answer.json().catch(() => ({}));
    throw new Refused(answer.status, problem.detail || `The server answered ${answer.status}.`);
  }
  return answer;
}

function say(text) {
  byId("status").textContent = text;
  byId("status").hidden = !text;
}

function entry(report) {
  const level = report.anomaly_summary.severity_level;
  const link = document.createElement("a");
  link.href = `#${encodeURIComponent(report.id)}`;
  const [week, told] = [document.createElement("b"), document.createElement("small")];
  week.textContent = report.week ? `Week ${report.week}` : report.id;
  told.textContent = `${report.generated_at.slice(0, 10)} · version ${report.version ?? 1} · ${level}`;
  told.classList.toggle("grave", level === "high" || level === "critical");
  link.append(week, told);
  const item = document.createElement("li");
  item.append(link);
  return item;
}

async function list() {
  const query = nextPage ? { page_token: nextPage } : {};
  const page = await (await ask("", query, "application/json")).json();
  byId("list").append(...page.data.map(entry));
  nextPage = page.next_page_token;
  byId("more").hidden = !nextPage;
  if (!byId("list").children.length) say("There is no report yet. The first one comes on Monday, or by make report.");
}

async function show() {
  const first = byId("list").querySelector("a");
  const wanted = location.hash || (first && first.getAttribute("href"));
  if (!wanted) return;
  say("Loading …");
  // The report runs no script: the frame's sandbox and the policy of this page forbid it, each by itself.
  const id = encodeURIComponent(decodeURIComponent(wanted.slice(1)));
  byId("page").srcdoc = await (await ask(`/${id}`, {}, "text/html")).text();
  byId("page").hidden = false;
  for (const link of byId("list").querySelectorAll("a")) {
    if (link.getAttribute("href") === wanted) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  say("");
}

async function attempt(...steps) {
  try {
    for (const step of steps) await step();
  } catch (problem) {
    if (!(problem instanceof Refused)) say("The server does not answer. Try again.");
    else if (problem.status === 401 || problem.status === 403) signIn(problem);
    else say(problem.message);
  }
}

function signIn(problem) {
  say(credential ? problem.message : "");
  credential = null;
  byId("page").hidden = true;
  byId("sign-in").hidden = false;
  byId("credential").focus();
}

byId("sign-in").addEventListener("submit", (event) => {
  event.preventDefault();
  credential = byId("credential").value.trim();
  byId("sign-in").reset();
  byId("sign-in").hidden = true;
  byId("list").replaceChildren();
  nextPage = null;
  attempt(list, show);
});
byId("more").addEventListener("click", () => attempt(list));
addEventListener("hashchange", () => attempt(show));
attempt(list, show);
