/**
 * Lighthouse on the pages people stay on all day, signed in: `node measure.mjs http://127.0.0.1:8000`.
 * Prints a row for each page and screen; ends non-zero when performance or accessibility is under the floor.
 */
import lighthouse, { desktopConfig } from "lighthouse";
import puppeteer from "puppeteer-core";

const FLOOR = 95;
const RUNS = Number(process.env.RUNS ?? 3); // a machine has other things to do: the middle one counts
const KINDS = ["performance", "accessibility", "best-practices"];
const TIMES = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift"];
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** @param {import("puppeteer-core").Page} page @param {string} house */
async function signIn(page, house) {
  await page.goto(`${house}/accounts/login/`);
  await page.type("[name=login]", "manager@demo.test");
  await page.type("[name=password]", "demo");
  await Promise.all([page.waitForNavigation(), page.click("[data-testid=sign-in]")]);
}

/** The lead page of somebody with a conversation. @param {import("puppeteer-core").Page} page @param {string} house */
async function addresses(page, house) {
  await page.goto(`${house}/leads/?sort=-score`);
  const lead = await page.$eval("[data-testid=lead-row] a.lead-name", (link) => link.href);
  return { inbox: `${house}/inbox/`, "lead list": `${house}/leads/`, "lead page": lead };
}

/** @param {import("puppeteer-core").Page} page @param {string} url @param {boolean} onPhone */
async function look(page, url, onPhone) {
  const flags = { onlyCategories: KINDS, disableStorageReset: true, logLevel: "error" };
  const { lhr } = await lighthouse(url, flags, onPhone ? undefined : desktopConfig, page);
  if (lhr.runtimeError) throw new Error(lhr.runtimeError.message);
  return lhr;
}

/** The run in the middle, by performance. */
function middle(runs) {
  const ordered = runs.toSorted((a, b) => a.categories.performance.score - b.categories.performance.score);
  return ordered[Math.floor(runs.length / 2)];
}

/** What costs points. */
function faults(lhr) {
  const refs = KINDS.flatMap((kind) => lhr.categories[kind].auditRefs.filter((ref) => ref.weight > 0));
  const low = refs.map((ref) => lhr.audits[ref.id]).filter((audit) => audit.score !== null && audit.score < 0.9);
  return low.map((audit) => `${audit.id} ${audit.displayValue ?? audit.score}`);
}

async function main(house) {
  const browser = await puppeteer.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  let isEnough = true;
  try {
    const page = await browser.newPage();
    await signIn(page, house);
    for (const [name, url] of Object.entries(await addresses(page, house))) {
      for (const onPhone of [false, true]) {
        const runs = [];
        for (let run = 0; run < RUNS; run += 1) runs.push(await look(page, url, onPhone));
        const lhr = middle(runs);
        const points = KINDS.map((kind) => Math.round(lhr.categories[kind].score * 100));
        const times = TIMES.map((id) => lhr.audits[id].displayValue);
        console.log(`| ${name} | ${onPhone ? "phone" : "desk"} | ${[...points, ...times].join(" | ")} |`);
        faults(lhr).forEach((fault) => console.log(`    ${fault}`));
        isEnough &&= points[0] >= FLOOR && points[1] >= FLOOR;
      }
    }
  } finally {
    await browser.close();
  }
  return isEnough;
}

process.exitCode = (await main(process.argv[2] ?? "http://127.0.0.1:8000")) ? 0 : 1;
