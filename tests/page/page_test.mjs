// The page of `colocate graph -o html`, in headless Chromium: what a reader
// sees and does, and that nothing else happens.
//
//   node page_test.mjs COLOCATE [SCREENSHOTS]     keeps screenshots there
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {after, before, describe, test} from 'node:test';
import {pathToFileURL} from 'node:url';
import {chain, components, fan, run, small} from './pipelines.mjs';

const [colocate, screenshots] = process.argv.slice(2).map((path) => resolve(path));
const {chromium} = createRequire(join(process.env.PACKAGES, 'package.json'))('playwright-core');

describe('page', () => {
  let folder;
  let browser;
  let number = 0;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'page-'));
    // In a container it has no sandbox of its own; the pages are ours.
    browser = await chromium.launch({executablePath: process.env.BROWSER, args: ['--no-sandbox', '--disable-dev-shm-usage']});
  });

  after(async () => {
    await browser?.close();
    rmSync(folder, {recursive: true});
  });

  /** What `colocate graph -o html` prints for a run. */
  const draw = (input, ...flags) =>
    execFileSync(colocate, ['graph', '-o', 'html', '--controlled', '-', ...flags],
      {input, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['pipe', 'pipe', 'ignore']});

  /**
   * Opens a page, does something with it, and looks at what must not happen: a
   * request, a message on the console, an error.
   */
  async function withPage(text, act, options = {}) {
    const path = join(folder, `${++number}.html`);
    writeFileSync(path, text);
    const context = await browser.newContext({viewport: {width: 1280, height: 900}, ...options});
    const page = await context.newPage();
    const trouble = [];
    page.on('console', (message) => trouble.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => trouble.push(`error: ${error.stack}`));
    page.on('request', (request) => trouble.push(`request: ${request.url()}`));
    await page.goto(pathToFileURL(path).href);
    await act(page);
    await context.close();
    assert.deepEqual(trouble, [`request: ${pathToFileURL(path).href}`]);
  }

  const keep = async (page, name) => {
    if (screenshots) await page.screenshot({path: join(screenshots, `${name}.png`)});
  };
  const box = (page, task) => page.locator(`.task[aria-label^="${task};"]`);
  const lit = (page) => page.locator('.task.lit .name').allTextContents().then((names) => names.sort());
  const heading = (page) => page.locator('.panel h2').textContent();
  const transform = (page) => page.locator('.picture > g').getAttribute('transform');

  for (const [name, input, tasks] of [
    ['6', small(), 6], ['60', components(60), 60], ['300', components(300), 300], ['wide', fan(200), 200], ['long', chain(60), 60],
  ]) {
    test(`every task has its place: ${name}`, async () => {
      await withPage(draw(input), async (page) => {
        await keep(page, name);
        assert.equal(await page.locator('.task').count(), tasks);
        const found = await page.evaluate(() => {
          const boxes = (selector) => [...document.querySelectorAll(`.picture ${selector}`)].map((element) => {
            const {x, y, width, height} = element.getBBox();
            return {x, y, right: x + width, bottom: y + height};
          });
          const tasks = boxes('.task > rect');
          const pods = boxes('g.pod > rect');
          const apart = (a, b) => a.right <= b.x || b.right <= a.x || a.bottom <= b.y || b.bottom <= a.y;
          const within = (a, b) => a.x >= b.x && a.y >= b.y && a.right <= b.right && a.bottom <= b.bottom;
          const overlaps = (some) => some.flatMap((a, i) => some.slice(i + 1).filter((b) => !apart(a, b)));
          return {
            tasks: overlaps(tasks).length,
            pods: overlaps(pods).length,
            astray: tasks.filter((task) => !pods.some((pod) => within(task, pod))).length,
          };
        });
        assert.deepEqual(found, {tasks: 0, pods: 0, astray: 0});
        // Names can be read: 13 px, at a scale of at least 0.6.
        const scale = Number(/scale\(([^)]+)\)/.exec(await transform(page))?.[1]);
        assert.ok(scale >= 0.6 && scale <= 1, `scale ${scale}`);
      });
    });
  }

  test('Pods are packed, not a staircase', async () => {
    await withPage(draw(components(60)), async (page) => {
      const used = await page.evaluate(() => {
        const size = (element) => {
          const {width, height} = element.getBBox();
          return width * height;
        };
        const sum = (selector) => [...document.querySelectorAll(selector)].reduce((all, element) => all + size(element), 0);
        return sum('.picture g.pod > rect') / size(document.querySelector('.picture > g'));
      });
      assert.ok(used > 0.4, `${Math.round(used * 100)} % of the picture is Pods`);
    });
  });

  test('pointing at a task lights up what comes before and after it, and says why', async () => {
    await withPage(draw(small()), async (page) => {
      await box(page, 'build').hover();
      assert.deepEqual(await lit(page), ['build', 'clone', 'report', 'sign', 'test']);
      assert.deepEqual((await page.locator('.labels text').allTextContents()).sort(), ['result, through a gate', 'runAfter', 'runAfter']);
      assert.equal(await heading(page), 'build');
      assert.equal(await page.locator('.line.result.gate.lit').count(), 1);
      await page.mouse.move(5, 5);
      assert.deepEqual(await lit(page), []);
      assert.equal(await heading(page), 'The plan');
    });
  });

  test('the panel has steps, mounts, requests, reasons and the place in the source', async () => {
    await withPage(draw(small()), async (page) => {
      await box(page, 'build').click();
      const panel = (await page.locator('.panel').innerText()).replaceAll('\n', ' ');
      for (const part of ['in Pod small-clone-pod', 'needs cpu 2, memory 256Mi', 'clone runAfter', 'spec.pipelineSpec.tasks[1].runAfter[0]',
        'compile example.com/compile:1', 'asks for cpu 2, memory 256Mi', '/workspace/source workspace source: emptyDir', 'sign result, through a gate',
        'spec.pipelineSpec.tasks[1]']) {
        assert.ok(panel.includes(part), `${part} in: ${panel}`);
      }
      assert.ok(!panel.includes('/colocation/'), panel);
      // From there to another task, and to a Pod.
      await page.locator('.panel .link', {hasText: 'sign'}).click();
      assert.equal(await heading(page), 'sign');
      await page.locator('.podname', {hasText: 'small-clone-pod'}).click();
      assert.equal(await heading(page), 'Pod small-clone-pod');
    });
  });

  test('the keyboard reaches everything', async () => {
    await withPage(draw(small()), async (page) => {
      await page.keyboard.press('/');
      await page.keyboard.type('compile');
      assert.deepEqual(await lit(page), ['build']);
      assert.equal(await page.locator('.found').textContent(), '1 task');
      await page.keyboard.press('Enter');
      assert.equal(await heading(page), 'build');
      await page.keyboard.press('Escape');
      assert.equal(await heading(page), 'The plan');
      // One stop for all tasks; arrows go on from there.
      await page.getByRole('button', {name: 'Light or dark'}).focus();
      await page.keyboard.press('Tab');
      assert.equal(await heading(page), 'clone');
      await page.keyboard.press('ArrowRight');
      const next = await heading(page);
      assert.ok(['build', 'lint'].includes(next), next);
      // Enter goes on to what is told about it, Escape back.
      await page.keyboard.press('Enter');
      assert.equal(await page.locator('.task[aria-pressed="true"] .name').textContent(), next);
      assert.equal(await page.locator('.panel:focus').count(), 1);
      await page.keyboard.press('Escape');
      assert.equal(await page.locator('.task:focus .name').textContent(), next);
      const zoomed = await transform(page);
      await page.keyboard.press('+');
      assert.notEqual(await transform(page), zoomed);
    });
  });

  test('a screen reader is told what each task is', async () => {
    await withPage(draw(small()), async (page) => {
      const label = await box(page, 'sign').getAttribute('aria-label');
      assert.equal(label, 'sign; in Pod small-sign-pod; waits for build (result, through a gate); run · cpu 500m, 256Mi');
      assert.equal(await page.getByRole('button', {name: /^(clone|build|test|lint|sign|report);/}).count(), 6);
      const nameless = await page.locator('button, input, select').evaluateAll((all) =>
        all.filter((one) => !one.textContent.trim() && !one.getAttribute('aria-label')).length);
      assert.equal(nameless, 0);
    });
  });

  test('wheel, drag, buttons and the map move the picture', async () => {
    await withPage(draw(components(300)), async (page) => {
      const frame = await page.locator('.picture').boundingBox();
      const middle = [frame.x + frame.width / 2, frame.y + frame.height / 2];
      const seen = new Set([await transform(page)]);
      const moved = async (how) => {
        const now = await transform(page);
        assert.ok(!seen.has(now), `${how}: ${now}`);
        seen.add(now);
      };
      await page.mouse.move(...middle);
      await page.mouse.wheel(0, -200);
      await page.waitForFunction((before) => document.querySelector('.picture > g').getAttribute('transform') !== before, [...seen][0]);
      await moved('wheel');
      await page.mouse.down();
      await page.mouse.move(middle[0] + 60, middle[1] + 40);
      await page.mouse.up();
      await moved('drag');
      await page.getByRole('button', {name: 'Zoom out'}).click();
      await moved('button');
      await page.locator('.map').click({position: {x: 70, y: 20}});
      await moved('map');
      await page.getByRole('button', {name: 'Fit the whole picture'}).click();
      await moved('fit');
      const whole = await page.locator('.picture > g').boundingBox();
      assert.ok(whole.y >= frame.y - 1 && whole.y + whole.height <= frame.y + frame.height + 1, 'all of it is seen');
    });
  });

  test('the peak is an antichain, and no column is higher', async () => {
    await withPage(draw(small()), async (page) => {
      const cpu = page.locator('#peak figure', {hasText: 'cpu'}).first();
      assert.match(await cpu.locator('figcaption').textContent(),
        /asks for 3500m \(peak 3500m, sum 6600m\)\. 2 units can need it at the same time: build, lint/);
      const heights = await cpu.locator('svg').evaluate((chart) => {
        const columns = new Map();
        for (const bar of chart.querySelectorAll('.bar:not(.peak):not(.sum)')) {
          const x = bar.getAttribute('x');
          columns.set(x, (columns.get(x) ?? 0) + Number(bar.getAttribute('height')));
        }
        const height = (name) => Number(chart.querySelector(`.bar.${name}`).getAttribute('height'));
        return {most: Math.max(...columns.values()), peak: height('peak'), sum: height('sum')};
      });
      assert.ok(Math.abs(heights.most - heights.peak) < 3, JSON.stringify(heights));
      assert.ok(heights.sum > heights.peak * 1.8, JSON.stringify(heights));
      await cpu.getByRole('button', {name: 'Show them in the picture'}).click();
      assert.deepEqual(await lit(page), ['build', 'lint']);
    });
  });

  test('durations give a timeline of both ways', async () => {
    const cluster = join(folder, 'cluster.yaml');
    const durations = join(folder, 'durations.yaml');
    writeFileSync(cluster, 'nodes: [{name: node, count: 2, allocatable: {cpu: "8", memory: 16Gi}}]\nstorageClasses: [{name: standard}]\n');
    writeFileSync(durations, 'default: 30s\ntasks: [{name: build, duration: 4m}]\n');
    const text = draw(small(), `--cluster=${cluster}`, `--durations=${durations}`);
    await withPage(text, async (page) => {
      assert.equal(await page.locator('#timeline .running.together').count(), 6);
      assert.equal(await page.locator('#timeline .running.apart').count(), 6);
      assert.match(await page.locator('#timeline table').innerText(), /A Pod for each task\s+succeeded\s+\d+m.*7 Pods \(1 placeholder\)/);
      await page.locator('#timeline').scrollIntoViewIfNeeded();
      await keep(page, 'timeline');
    });
    await withPage(draw(small()), async (page) => assert.equal(await page.locator('#timeline').count(), 0));
  });

  test('names are text, whatever they are', async () => {
    const evil = '</script><img src=x onerror="document.title=1">\u2028<!--<script>document.title=2//';
    const task = {name: 'a', displayName: evil, taskSpec: {steps: [{name: 's', image: evil, command: ['true']}]}};
    const plan = execFileSync(colocate, ['plan', '-o', 'json', '-'], {input: run('hostile', [task]), encoding: 'utf8'});
    const hostile = JSON.parse(plan);
    hostile.run.name = evil;
    hostile.pods[0].name = hostile.tasks[0].pod = evil;
    hostile.tasks[0].name = hostile.tasks[0].path = hostile.tasks[0].taskRef = evil;
    hostile.pods[0].tasks = [evil];
    hostile.pods[0].containers[0].task = evil;
    hostile.pods[0].containers[0].step = evil;
    hostile.decisions = [{code: evil, message: evil, hint: evil, tasks: [evil]}];
    await withPage(draw(JSON.stringify(hostile)), async (page) => {
      await page.locator('.task').first().click();
      assert.equal(await heading(page), evil);
      assert.equal(await page.title(), `Plan of ${evil}`.replace('\u2028', '\u2028'));
      assert.equal(await page.locator('img').count(), 0);
      assert.equal(await page.locator('script').count(), 2);
    });
  });

  test('a kind of dependency that the page does not know is drawn and named', async () => {
    const text = draw(small()).replaceAll('"kind":"ORDERING"', '"kind":"SERIALISED_TO_FIT"');
    await withPage(text, async (page) => {
      assert.ok(await page.locator('.line.other').count() > 0);
      await box(page, 'lint').hover();
      assert.deepEqual(await page.locator('.labels text').allTextContents(), ['serialised to fit']);
    });
  });

  test('a plan with a cycle has a picture', async () => {
    const text = draw(small()).replace('"name":"clone","placement"', '"name":"clone","waitFor":["test"],"placement"');
    await withPage(text, async (page) => assert.equal(await page.locator('.task').count(), 6));
  });

  test('on a phone nothing is wider than the screen', async () => {
    for (const [name, input] of [['phone', components(60)], ['phone-long', chain(60)]]) {
      await withPage(draw(input), async (page) => {
        await keep(page, name);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), name);
        await page.locator('.task').first().tap({force: true});
        assert.notEqual(await heading(page), 'The plan');
      }, {viewport: {width: 390, height: 844}, hasTouch: true, isMobile: true});
    }
  });

  test('light and dark, by the system or by choice', async () => {
    await withPage(draw(small()), async (page) => {
      const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const dark = await paper();
      await keep(page, 'dark');
      await page.getByRole('button', {name: 'Light or dark'}).click();
      const light = await paper();
      await page.emulateMedia({colorScheme: 'light'});
      await page.getByRole('button', {name: 'Light or dark'}).click();
      assert.deepEqual([dark, light, await paper()], ['rgb(22, 25, 29)', 'rgb(255, 255, 255)', 'rgb(22, 25, 29)']);
    }, {colorScheme: 'dark'});
  });

  test('on paper there is the whole picture', async () => {
    await withPage(draw(components(60)), async (page) => {
      await page.emulateMedia({media: 'print'});
      await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
      const [frame, picture] = await page.evaluate(() => ['.picture', '.picture > g'].map((selector) => {
        const {left, right, top, bottom} = document.querySelector(selector).getBoundingClientRect();
        return {left, right, top, bottom};
      }));
      for (const side of ['left', 'top']) assert.ok(picture[side] >= frame[side] - 1, side);
      for (const side of ['right', 'bottom']) assert.ok(picture[side] <= frame[side] + 1, side);
      assert.equal(await page.locator('.toolbar').isVisible(), false);
    });
  });

  test('the picture can be saved, and stands alone', async () => {
    await withPage(draw(small()), async (page) => {
      const [download] = await Promise.all([
        page.waitForEvent('download'), page.getByRole('button', {name: 'Save the picture as SVG'}).click(),
      ]);
      assert.equal(download.suggestedFilename(), 'small.svg');
      const path = join(folder, 'small.svg');
      await download.saveAs(path);
      const other = await page.context().newPage();
      await other.goto(pathToFileURL(path).href);
      assert.equal(await other.locator('.task').count(), 6);
      assert.equal(await other.locator('parsererror').count(), 0);
      if (screenshots) await other.screenshot({path: join(screenshots, 'saved.png')});
    });
  });

  test('without programs there is a picture, too', async () => {
    await withPage(draw(small()), async (page) => {
      assert.equal(await page.locator('noscript svg').isVisible(), true);
      assert.equal(await page.locator('#tables table').count(), 3);
    }, {javaScriptEnabled: false});
  });
});
