// Lighthouse over pages of a browser that is already open: `node audit.mjs PORT ADDRESS…`, each ADDRESS as NAME=URL.
import lighthouse from 'lighthouse';

const [port, ...pages] = process.argv.slice(2);
const told = {};
for (const page of pages) {
  const [name, address] = [page.slice(0, page.indexOf('=')), page.slice(page.indexOf('=') + 1)];
  const options = {
    port: Number(port),
    logLevel: 'error',
    output: 'json',
    onlyCategories: ['performance', 'accessibility', 'best-practices'],
    // What the observer has on the phone is part of what is looked at.
    disableStorageReset: name !== 'first visit',
  };
  const { lhr } = await lighthouse(address, options);
  if (lhr.runtimeError) throw new Error(`${name}: ${lhr.runtimeError.message}`);
  const categories = Object.values(lhr.categories);
  const failed = categories
    .flatMap(({ auditRefs }) => auditRefs)
    .filter(({ id, weight }) => weight > 0 && (lhr.audits[id].score ?? 1) < 1)
    .map(({ id }) => id);
  told[name] = {
    scores: Object.fromEntries(categories.map(({ id, score }) => [id, Math.round((score ?? 0) * 100)])),
    first_paint_ms: lhr.audits['first-contentful-paint'].numericValue,
    largest_paint_ms: lhr.audits['largest-contentful-paint'].numericValue,
    blocked_ms: lhr.audits['total-blocking-time'].numericValue,
    failed,
  };
}
console.log(JSON.stringify(told));
