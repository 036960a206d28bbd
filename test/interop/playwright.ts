// For test/browser, from whose folder the packages of test/interop are out of reach.
export type { Browser, Locator, Page, Route } from 'playwright-core';
export { chromium } from 'playwright-core';
