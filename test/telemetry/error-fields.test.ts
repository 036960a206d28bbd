import { expect, it } from 'vitest';
import { JournalUnavailable } from '../../src/journal/journal.ts';
import { errorFields } from '../../src/telemetry/error-fields.ts';

it('the log has the kind, the code and the frames of an error and its causes, and no message', () => {
  const cause = Object.assign(new RangeError('a value'), { code: 'ERR_OUT_OF_RANGE', errcode: 14 });
  expect(errorFields(Object.assign(new TypeError('another value', { cause }), { input: 'a value' }))).toEqual(
    {
      type: 'TypeError',
      stack: expect.arrayContaining([expect.stringMatching(/error-fields\.test\.ts:\d+:\d+/)]),
      cause: { type: 'RangeError', code: 'ERR_OUT_OF_RANGE', errcode: 14, stack: expect.any(Array) },
    },
  );
});

it('the log has the messages of the journal’s errors, which contain no value', () => {
  expect(errorFields(new JournalUnavailable(new Error('the disk is full')))).toMatchObject({
    message: 'The journal cannot be written or read.',
    cause: { message: 'the disk is full' },
  });
});

it.each([undefined, null, 'a text', 7, { message: 'an object' }])('the log has the type of %j', (thrown) => {
  expect(errorFields(thrown)).toEqual({ type: typeof thrown });
});

it('the log has no name, code or frame that a message could make up', () => {
  const error = Object.assign(new Error('first\n    at made (file:///up.ts:1:1)'), {
    name: 'a b',
    code: 'a b',
  });
  expect(errorFields(error)).toEqual({ type: 'Error', stack: expect.any(Array) });
  expect(JSON.stringify(errorFields(error))).not.toContain('made');
  error.message = 'other';
  error.stack = `Error: x\n    at https://user:secret@example.com/a?b#c:1:1\n    at <anonymous>`;
  expect(errorFields(error)).toEqual({ type: 'Error', stack: [] });
});
