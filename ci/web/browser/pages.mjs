// The page in a real browser, on a real meter. [G8, W2, W3, W4, W6, W7]
//
//   node pages.mjs EMS FOLDER      pictures of every page go into FOLDER
//
// What is looked at: every page in light, dark and at 360 px, without an error in the console, without what axe calls
// serious, without a sideways scroll; the wizard of a fresh device; the story of a commissioning; languages; roles; a day
// of history; a report.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { Meter } from './meter.mjs';

const [ems, folder] = process.argv.slice(2);
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PASSWORD = 'seven quiet rivers';
const DESK = { width: 1440, height: 900 };
const PHONE = { width: 360, height: 740 };
const PATHS = [
  '/', '/live', '/live/phasors', '/live/scope', '/live/harmonics', '/live/flow', '/history', '/reports', '/reports/schedules',
  '/device', '/device/display', '/device/settings', '/device/wiring', '/device/network', '/device/users', '/device/account',
  '/device/upkeep', '/device/api', '/dashboards', '/alarms', '/alarms/events', '/io', '/twin',
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
  ],
});

/** A window of its own, which notes what goes wrong in it. */
async function window(viewport, options = {}) {
  const context = await browser.newContext({ viewport, ignoreHTTPSErrors: true, ...options });
  const page = await context.newPage();
  const wrong = [];
  page.on('pageerror', (error) => wrong.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // A refusal that a page provokes on purpose is told by the browser as an error too.
    if (message.type() === 'error' && !/status of (401|403|404|409|422|503)/.test(message.text())) wrong.push(message.text());
  });
  return { context, page, wrong };
}

/** Until nothing is being loaded and a window of the meter has been drawn. */
async function settled(page) {
  await page.waitForSelector('h1');
  await page.waitForFunction(() => !document.querySelector('.skeleton'), null, { timeout: 15_000 }).catch(() => undefined);
  await page.waitForTimeout(600);
}

async function serious(page) {
  await page.evaluate(AXE);
  const result = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  const bad = result.violations.filter((one) => one.impact === 'serious' || one.impact === 'critical');
  return bad.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(' | ')}`);
}

async function everyPage(meter, name, viewport, options) {
  const { context, page, wrong } = await window(viewport, options);
  await logIn(page, meter, 'anna');
  const found = [];
  for (const path of PATHS) {
    await page.goto(meter.url + path);
    await settled(page);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (over > 0) found.push(`${path}: ${over} px too wide`);
    found.push(...(await serious(page)).map((text) => `${path}: ${text}`));
    assert.ok(await page.getByText('SIMULATED', { exact: false }).first().isVisible(), `${path}: the band is there`);
    await page.screenshot({ path: join(folder, `${name}${path.replaceAll('/', '-')}.png`), fullPage: true });
  }
  await context.close();
  assert.deepEqual([...found, ...wrong], [], `${name}: every page`);
}

async function logIn(page, meter, user) {
  await page.goto(`${meter.url}/`);
  await page.getByLabel('User name').fill(user);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  await settled(page);
}

async function wizard() {
  const meter = await Meter.start(ems, ['house', '--fresh']);
  const { context, page, wrong } = await window(DESK);
  const begun = Date.now();
  await page.goto(`${meter.url}/`);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('Password again').fill(PASSWORD);
  for (let step = 0; step < 12 && !(await page.getByRole('navigation').first().isVisible()); step += 1) {
    await page.screenshot({ path: join(folder, `wizard-${step}.png`), fullPage: true });
    await page.locator('button[type=submit]').click();
    await page.waitForTimeout(700);
    if (step === 2) {
      // Left and gone on with.
      await page.reload();
      await page.waitForTimeout(700);
    }
  }
  await settled(page);
  const took_s = (Date.now() - begun) / 1000;
  assert.ok(took_s < 60, `the wizard took ${took_s} s`);
  assert.equal(await page.locator('h1').first().textContent(), 'Home');
  const state = await (await page.request.get(`${meter.url}/api/v1/setup`)).json();
  assert.ok(state.finished && !state.required, 'set-up is finished');
  await context.close();
  await meter.stop();
  assert.deepEqual(wrong, [], 'the wizard');
  return took_s;
}

/** A pump behind a transformer that lies the wrong way round; lagging by 14 degrees, so that only one mistake explains it. */
const REVERSED = `schema = 1
name = "A site to be commissioned"
start = "2026-03-02T10:00:00+01:00"
[device]
wiring = "3p4w"
[device.terminals]
currents = ["-l1", "l2", "l3"]
[[loads]]
name = "Pump"
kind = "linear"
connect = "three-phase"
power = "6 kW"
reactive = "1.5 kvar"
`;

/** The story of who commissions a meter: the fault is found and corrected, a dashboard built, a reader let in, a sag tried. */
async function commissioning() {
  const scenario = join(mkdtempSync(join(tmpdir(), 'ems-browser-')), 'site.toml');
  writeFileSync(scenario, REVERSED);
  const meter = await Meter.start(ems, [scenario, '--fresh']);
  const { context, page, wrong } = await window(DESK);
  const next = (name = 'Next') => page.getByRole('button', { name, exact: true }).click();
  await page.goto(`${meter.url}/`);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('Password again').fill(PASSWORD);
  for (const step of ['Language and time', 'Network', 'Wiring system', 'Wiring check']) {
    await next();
    await page.getByRole('heading', { name: step, exact: true }).waitFor();
  }
  await page.getByRole('button', { name: 'nothing generates' }).click();
  await page.getByText('Direction reversed: L1').first().waitFor();
  await page.screenshot({ path: join(folder, 'commissioning-fault.png'), fullPage: true });
  await page.getByRole('button', { name: 'Correct in the calculation' }).click();
  await page.getByText('No fault of the wiring is seen').waitFor();
  await next('Accept and go on');
  await next();
  await next('Finish');
  await settled(page);
  const powers = await (await page.request.get(`${meter.url}/api/v1/measurements?meters=main&points=active_power.l1`)).json();
  assert.ok(powers.meters[0].values['active_power.l1'].value > 1900, 'L1 is import again');

  await page.goto(`${meter.url}/dashboards`);
  await page.getByRole('button', { name: 'New dashboard' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('Pump room');
  await page.getByRole('dialog').getByLabel('Shared with all users').check();
  await page.getByRole('dialog').getByRole('button', { name: 'New dashboard' }).click();
  for (const widget of ['Value', 'Phasors']) {
    await page.getByLabel('Add a widget').selectOption({ label: widget });
    await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
  }
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('link', { name: 'Edit' }).waitFor();
  await page.screenshot({ path: join(folder, 'commissioning-dashboard.png'), fullPage: true });

  await page.goto(`${meter.url}/device/users`);
  await page.getByRole('button', { name: 'Add a user' }).click();
  await page.getByRole('dialog').getByLabel('User name').fill('reader');
  await page.getByRole('dialog').getByLabel('Role').selectOption('viewer');
  await page.getByRole('dialog').getByLabel('Password').fill(PASSWORD);
  await page.getByRole('dialog').getByRole('button', { name: 'Add a user' }).click();
  await page.getByRole('rowheader', { name: 'reader' }).waitFor();

  // [I3, O4] What the page sets is what the interface says; ci/web/same.py holds that against the other ways.
  await page.goto(`${meter.url}/io`);
  const output = page.getByLabel('Digital output', { exact: true });
  await output.selectOption({ label: 'Remote' });
  await page.locator('form', { has: output }).getByRole('button', { name: 'Save' }).click();
  await page.waitForFunction(async () => (await (await fetch('/api/v1/io')).json()).output.function === 'remote');

  await page.goto(`${meter.url}/twin`);
  await page.getByLabel('What happens').selectOption('sag');
  await page.getByRole('button', { name: 'Inject' }).click();
  await page.getByRole('cell', { name: 'Sag' }).waitFor();
  await page.waitForFunction(async () => {
    const answer = await fetch('/api/v1/measurements?meters=main&points=voltage_ln.l1');
    return (await answer.json()).meters[0].values['voltage_ln.l1'].value < 180;
  });
  await page.screenshot({ path: join(folder, 'commissioning-sag.png'), fullPage: true });
  await context.close();

  const reader = await window(PHONE, { isMobile: true, hasTouch: true });
  await logIn(reader.page, meter, 'reader');
  await reader.page.goto(`${meter.url}/dashboards`);
  await reader.page.getByRole('link', { name: 'Pump room' }).click();
  await reader.page.getByRole('heading', { name: 'Pump room' }).waitFor();
  assert.equal(await reader.page.getByRole('link', { name: 'Edit' }).count(), 0, 'a reader edits nothing of others');
  await reader.context.close();
  await meter.stop();
  assert.deepEqual([...wrong, ...reader.wrong], [], 'commissioning');
}

async function languages(meter) {
  const { context, page, wrong } = await window(DESK);
  await logIn(page, meter, 'anna');
  const me = await (await page.request.get(`${meter.url}/api/v1/me`)).json();
  for (const [language, title] of [['it', 'Storico'], ['fr', 'Historique'], ['de', 'Verlauf'], ['en', 'History']]) {
    const headers = { 'x-csrf-token': me.csrf };
    const set = await page.request.patch(`${meter.url}/api/v1/me`, { headers, data: { preferences: { language } } });
    assert.equal(set.status(), 200);
    await page.goto(`${meter.url}/history`);
    await settled(page);
    assert.equal(await page.locator('html').getAttribute('lang'), language);
    assert.equal(await page.locator('h1').first().textContent(), title);
  }
  await context.close();
  assert.deepEqual(wrong, [], 'languages');
}

async function roles(meter) {
  const { context, page, wrong } = await window(DESK);
  await logIn(page, meter, 'vera');
  await page.goto(`${meter.url}/device/users`);
  await settled(page);
  assert.equal(await page.getByRole('button', { name: /add|new/i }).count(), 0, 'a viewer adds no users');
  await page.goto(`${meter.url}/io`);
  await settled(page);
  const refused = await page.evaluate(async () => {
    const me = await (await fetch('/api/v1/me')).json();
    const answer = await fetch('/api/v1/settings', {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', 'x-csrf-token': me.csrf },
      body: '{"tariff_selected":2}',
    });
    return answer.status;
  });
  assert.equal(refused, 403);
  await context.close();
  assert.deepEqual(wrong, [], 'roles');
}

/** A meter with days of history: a chart of the last day, and a report that is opened. */
async function historyAndReport() {
  const data = mkdtempSync(join(tmpdir(), 'ems-browser-'));
  const fast = ['run', 'house-year', '--speed', 'max', '--duration', '10d', '--no-web', '--modbus', '127.0.0.1:0', '--data', data];
  execFileSync(ems, fast, { stdio: 'ignore' });
  const meter = await Meter.start(ems, ['house-year', '--speed', '60'], data);
  const { context, page, wrong } = await window(DESK);
  await page.goto(await meter.link());
  await settled(page);
  await page.goto(`${meter.url}/history`);
  await settled(page);
  assert.ok((await page.locator('canvas').count()) > 0, 'a chart is drawn');
  await page.screenshot({ path: join(folder, 'history-of-a-day.png'), fullPage: true });
  const me = await (await page.request.get(`${meter.url}/api/v1/me`)).json();
  const headers = { 'x-csrf-token': me.csrf };
  const order = { template: 'day', period: 'yesterday', language: 'en', formats: ['pdf', 'csv', 'xlsx'] };
  const job = await (await page.request.post(`${meter.url}/api/v1/reports`, { headers, data: order })).json();
  let state = job;
  for (let n = 0; n < 100 && state.state === 'running'; n += 1) {
    await page.waitForTimeout(100);
    state = await (await page.request.get(`${meter.url}/api/v1/jobs/${job.id}`)).json();
  }
  assert.equal(state.state, 'done', state.detail);
  const file = await page.request.get(`${meter.url}/api/v1/reports/${state.result}/file?format=pdf`);
  assert.equal((await file.body()).subarray(0, 5).toString(), '%PDF-');
  const csv = await (await page.request.get(`${meter.url}/api/v1/reports/${state.result}/file?format=csv`)).text();
  assert.equal(csv.split('\n').filter((line) => /^\d\d:00,/.test(line)).length, 24, 'a day has 24 hours');
  await page.goto(`${meter.url}/reports`);
  await settled(page);
  await page.screenshot({ path: join(folder, 'reports-with-one.png'), fullPage: true });
  await context.close();
  await meter.stop();
  assert.deepEqual(wrong, [], 'history and reports');
}

mkdirSync(folder, { recursive: true });
const took_s = await wizard();
await commissioning();
const meter = await Meter.start(ems, ['house']);
meter.addUser('anna', 'administrator', PASSWORD);
meter.addUser('vera', 'viewer', PASSWORD);
await languages(meter);
await roles(meter);
await everyPage(meter, 'light', DESK, { colorScheme: 'light' });
await everyPage(meter, 'dark', DESK, { colorScheme: 'dark' });
await everyPage(meter, 'phone', PHONE, { colorScheme: 'light', isMobile: true, hasTouch: true });
await meter.stop();
await historyAndReport();
await browser.close();
console.log(`wizard in ${took_s.toFixed(1)} s; ${PATHS.length} pages in light, dark and at 360 px; a commissioning, four languages, a viewer, a day of history, a report`);
