import { atOnce, circuitBreaker, journal, processes } from './table/machine.ts';
import { noAnswer } from './table/no-answer.ts';
import { noConnectionInTime, notReached, tls } from './table/not-reached.ts';
import { largeAnswers, oddAnswers } from './table/odd-answers.ts';
import { refused } from './table/refused.ts';
import type { Row } from './table/row.ts';
import { throttling } from './table/throttling.ts';
import { tokensAndClock } from './table/tokens-and-clock.ts';

/** The rows of a kind, which has a test file of its own, and what it is about. */
interface Kind {
  readonly about: string;
  readonly rows: readonly Row[];
  /** The rows are not about what a provider does. */
  readonly isOfMachine?: true;
}

/** Everything that can happen. docs/outcomes.md is printed from it. */
export const table = {
  'Not reached': {
    about: 'Nothing left, so nothing was written. It is tried again for as long as the call has time.',
    rows: notReached,
  },
  'No connection in time': { about: 'Connections take longer than the call has.', rows: noConnectionInTime },
  TLS: { about: 'What cannot be trusted gets nothing, and is not tried again.', rows: tls },
  Refused: { about: 'The provider says no in the form and with a code of its own API.', rows: refused },
  'No answer': {
    about:
      'The request left, and no answer says what became of it. It is not sent again: the user is read back.',
    rows: noAnswer,
  },
  'Circuit breaker': {
    about: 'After ten faults in a row nothing is sent for two seconds, but what was written is read back.',
    rows: circuitBreaker,
  },
  'Odd answers': {
    about:
      'The answer has not the form of the provider’s API, and is believed neither way: the user is read back.',
    rows: oddAnswers,
  },
  'Large answers': { about: 'They take little memory, and count as no answer.', rows: largeAnswers },
  Throttling: {
    about: 'The provider asks for fewer requests. It is waited for where the call has time for it.',
    rows: throttling,
  },
  'Tokens and clock': {
    about: 'Tokens are refreshed once and requests signed again once; then the provider’s no is the answer.',
    rows: tokensAndClock,
  },
  Journal: {
    about: 'What cannot be put on record is not sent. A key gives its first answer for ever after.',
    ...{ rows: journal, isOfMachine: true },
  },
  'At the same time': {
    about: 'Patches of one user wait for each other, those of different users do not.',
    ...{ rows: atOnce, isOfMachine: true },
  },
  Process: { about: 'idpatch ends while it writes.', rows: processes, isOfMachine: true },
} as const satisfies Readonly<Record<string, Kind>>;
