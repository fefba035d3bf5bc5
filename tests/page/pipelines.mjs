// Pipelines to draw: JSON for `colocate`, of the size that is asked for.

/** A task with one step that asks for something, and results if it has any. */
function task(name, {after = [], workspaces = ['source'], cpu = '500m', steps = ['run'], results = [], params = []} = {}) {
  return {
    name,
    runAfter: after.length ? after : undefined,
    params: params.length ? params : undefined,
    workspaces: workspaces.map((workspace) => ({name: workspace})),
    taskSpec: {
      params: params.length ? params.map(({name: param}) => ({name: param})) : undefined,
      workspaces: workspaces.map((workspace) => ({name: workspace})),
      results: results.length ? results.map((result) => ({name: result})) : undefined,
      steps: steps.map((step) => ({
        name: step,
        image: `example.com/${step}:1`,
        command: ['true'],
        computeResources: {requests: {cpu, memory: '256Mi'}},
      })),
    },
  };
}

/** A run of `name` with these tasks; tasks without workspace get Pods of their own. */
export function run(name, tasks, finallyTasks = []) {
  return JSON.stringify({
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    metadata: {name},
    spec: {
      workspaces: [{name: 'source', emptyDir: {}}, {name: 'charts', emptyDir: {}}],
      pipelineSpec: {workspaces: [{name: 'source'}, {name: 'charts'}], tasks, finally: finallyTasks},
    },
  });
}

/** Two Pods and a task of its own, with results through gates. */
export function small() {
  return run('small', [
    task('clone', {results: ['commit'], cpu: '100m', steps: ['clone']}),
    task('build', {after: ['clone'], results: ['digest'], cpu: '2', steps: ['compile', 'pack']}),
    task('test', {after: ['build'], cpu: '1'}),
    task('lint', {after: ['clone'], cpu: '1500m'}),
    task('sign', {workspaces: [], params: [{name: 'digest', value: '$(tasks.build.results.digest)'}]}),
  ], [task('report', {workspaces: []})]);
}

/** Components that are built, tested in several ways and deployed; `size` tasks in all. */
export function components(size) {
  const tasks = [task('clone', {steps: ['clone'], cpu: '100m', results: ['commit']})];
  const finallyTasks = [task('report', {workspaces: []}), task('clean-up')];
  const each = 9;
  for (let i = 0; tasks.length + finallyTasks.length + each <= size; ++i) {
    const name = ['api', 'web', 'worker', 'billing', 'search', 'mail'][i % 6] + (i < 6 ? '' : `-${Math.floor(i / 6)}`);
    const commit = [{name: 'commit', value: '$(tasks.clone.results.commit)'}];
    tasks.push(task(`${name}-build`, {params: commit, cpu: '2', steps: ['compile', 'pack'], results: ['image']}));
    for (const kind of ['unit', 'race', 'fuzz', 'lint', 'licence']) tasks.push(task(`${name}-${kind}`, {after: [`${name}-build`]}));
    const image = [{name: 'image', value: `$(tasks.${name}-build.results.image)`}];
    tasks.push(task(`${name}-chart`, {workspaces: ['charts'], params: image, cpu: '250m'}));
    tasks.push(task(`${name}-scan`, {workspaces: [], params: image, cpu: '1'}));
    tasks.push(task(`${name}-deploy`, {after: [`${name}-unit`, `${name}-scan`, `${name}-chart`], workspaces: ['charts']}));
  }
  for (let i = 0; tasks.length + finallyTasks.length < size; ++i) tasks.push(task(`check-${i}`, {after: ['clone']}));
  return run(`components-${size}`, tasks, finallyTasks);
}

/** Many tests between a build and a release. */
export function fan(size) {
  const tests = Array.from({length: size - 3}, (_, i) => `integration-test-${i}`);
  return run(`fan-${size}`, [
    task('build', {cpu: '4'}),
    ...tests.map((name) => task(name, {after: ['build'], cpu: '250m'})),
    task('release', {after: tests}),
  ], [task('notify', {workspaces: []})]);
}

/** A chain with side branches, all in one Pod. */
export function chain(size) {
  const tasks = [];
  for (let i = 0; i < size; ++i) {
    tasks.push(task(`stage-${i}`, {after: i ? [`stage-${i - (i % 3 === 2 ? 2 : 1)}`] : []}));
  }
  return run(`chain-${size}`, tasks);
}
