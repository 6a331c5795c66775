/** Preloaded: tells how much memory a program has had, once it ends. */
process.once('exit', () => {
  process.send?.(process.resourceUsage().maxRSS / 1024);
});
