// The report in Chromium, from its file.
import assert from "node:assert/strict";
import { readFileSync, mkdirSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { test, before, after } from "node:test";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const file = `file://${realpathSync(`${process.env.OUT}/current/report.html`)}`;
const shots = process.env.SHOTS;
if (shots) mkdirSync(shots, { recursive: true });
let browser;
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
});
after(() => browser.close());

const opened = async (options = {}) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true, bypassCSP: true, ...options });
  const page = await context.newPage();
  page.problems = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && page.problems.push(message.text()));
  page.on("pageerror", (error) => page.problems.push(String(error)));
  page.on("request", (request) => /^(file|data|blob):/.test(request.url()) || page.problems.push(`request: ${request.url()}`));
  await page.goto(file);
  return page;
};

test("every chart is drawn, without an error or a request", async () => {
  const page = await opened({ bypassCSP: false });
  const drawn = await page.$$eval(".drawing", (all) => all.map((one) => ({ id: one.closest("section").id, marks: one.querySelectorAll("svg path, svg text").length })));
  assert.ok(drawn.length >= 14, `${drawn.length} charts`);
  for (const { id, marks } of drawn) assert.ok(marks > 3, `${id}: ${marks} marks`);
  const ids = drawn.map(({ id }) => id);
  for (const id of ["segments", "history", "migration", "profiles", "scatter", "choice", "stability", "drift", "overlap", "activities", "constraints", "funnel", "turned_down", "calibration", "calls"])
    assert.ok(ids.includes(id), `${id} is missing`);
  assert.equal(await page.evaluate(() => performance.getEntriesByType("resource").length), 0);
  assert.deepEqual(page.problems, []);
});

test("the language switches, both ways, and reaches everything", async () => {
  const page = await opened();
  assert.equal(await page.getAttribute("html", "lang"), "en");
  const english = await page.innerText("main");
  await page.click("#language");
  assert.equal(await page.getAttribute("html", "lang"), "zh-CN");
  const titles = await page.$$eval("h2, h3", (all) => all.map((one) => one.textContent));
  for (const title of titles) assert.match(title, /[\u4e00-\u9fff]/, title);
  await page.click("#language");
  assert.equal(await page.innerText("main"), english);
  assert.deepEqual(page.problems, []);
});

test("tables sort and filter", async () => {
  const page = await opened();
  const card = page.locator("#checks");
  const first = () => card.locator("tbody tr td:first-child").allInnerTexts();
  const header = card.locator("thead button").first();
  await header.click();
  const up = await first();
  assert.deepEqual(up, [...up].sort());
  assert.equal(await card.locator("thead th").first().getAttribute("aria-sort"), "ascending");
  await header.press("Enter");
  assert.deepEqual(await first(), [...up].sort().reverse());
  await card.locator("input").fill("usage");
  const kept = await card.locator("tbody tr").allInnerTexts();
  assert.ok(kept.length > 0 && kept.length < up.length);
  for (const row of kept) assert.match(row, /usage/);
});

test("drawings and data can be taken along", async () => {
  const page = await opened({ bypassCSP: false });
  for (const [kind, start] of [["csv", /^\ufeffsegment_id,name,size/], ["svg", /^<svg[^>]*xmlns=/], ["png", /^\u0089?.PNG|^.PNG/s]]) {
    const [download] = await Promise.all([page.waitForEvent("download"), page.click(`#segments [data-export=${kind}]`)]);
    assert.match(download.suggestedFilename(), new RegExp(`-segments\\.${kind}$`));
    const content = readFileSync(await download.path());
    assert.match(content.toString("utf8").slice(0, 400), start);
    assert.ok(content.length > 200);
    if (kind === "svg") {
      const fault = await page.evaluate((text) => new DOMParser().parseFromString(text, "image/svg+xml").querySelector("parsererror")?.textContent, content.toString());
      assert.equal(fault, undefined);
    }
  }
  assert.deepEqual(page.problems, []);
});

test("charts answer the pointer", async () => {
  const page = await opened();
  const place = page.locator("#segments .drawing");
  await place.scrollIntoViewIfNeeded();
  const box = await place.boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 3);
  await page.waitForFunction(() => /%/.test(document.querySelector("#segments .drawing > div:last-child")?.textContent ?? ""));
});

for (const colorScheme of ["light", "dark"]) {
  for (const language of ["en", "zh"]) {
    test(`no serious fault for ${colorScheme}, ${language}`, async () => {
      const page = await opened({ colorScheme });
      if (language === "zh") await page.click("#language");
      await page.$$eval("details", (all) => all.forEach((one) => (one.open = true)));
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => axe.run(document));
      const bad = violations.filter((one) => ["serious", "critical"].includes(one.impact));
      assert.deepEqual(bad.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`), []);
    });
  }
}

for (const width of [1280, 400]) {
  test(`nothing hangs over at ${width} pixels`, async () => {
    for (const [colorScheme, language] of [["light", "en"], ["dark", "zh"]]) {
      const page = await opened({ colorScheme, viewport: { width, height: 900 } });
      if (language === "zh") await page.click("#language");
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
      if (shots) await page.screenshot({ path: `${shots}/${width}-${colorScheme}-${language}.png`, fullPage: true });
      await page.close();
    }
  });
}

test("on paper it is light and without buttons", async () => {
  const page = await opened({ colorScheme: "dark" });
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
  assert.equal(await page.locator(".tools").first().isVisible(), false);
});
