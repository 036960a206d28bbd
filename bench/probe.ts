// Loaded into a server before its own file, by `node --expose-gc --import`: says what memory it has, when it is asked.
process.on('message', () => {
  const before = process.memoryUsage.rss();
  // Twice: what the first finds dead may have kept something else until then.
  globalThis.gc?.();
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  process.send?.({ before, rss, heapUsed });
});
