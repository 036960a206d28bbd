import { runRows } from './run-rows.ts';

runRows('Refused');
