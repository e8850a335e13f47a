/** The routes about the past: they ask the reader, and hand on its text as it comes. */
import { historyQuestion, summaryQuestion } from '../history/params.ts';
import { type ApiReply, JSON_TYPE, success } from './reply.ts';
import type { ApiRequest } from './routes.ts';
import type { ApiState } from './state.ts';

/** A day that has ended may still be corrected: the client asks each time whether it was. */
const ASK_EACH_TIME = { 'Cache-Control': 'private, no-cache' };

export async function history(
  { search, signal, address }: ApiRequest,
  state: ApiState,
): Promise<ApiReply> {
  const question = historyQuestion(search, state.here());
  const { text } = await state.ask(question, { address, signal });
  const csv = question.format === 'csv';
  return success(text, {
    'Content-Type': csv ? 'text/csv; charset=utf-8; header=present' : JSON_TYPE,
    ...(csv && { 'Content-Disposition': 'attachment; filename="solthrive.csv"' }),
  });
}

export async function dailySummary(
  { search, signal, address, ifNoneMatch }: ApiRequest,
  state: ApiState,
): Promise<ApiReply> {
  const question = summaryQuestion(search, state.here());
  const { head, text } = await state.ask(question, { address, signal });
  const { etag } = head;
  if (etag === null) return success(text);
  const headers = { ...ASK_EACH_TIME, ETag: etag };
  if (!names(ifNoneMatch, etag)) return success(text, headers);
  return { ...success(Buffer.alloc(0), headers), status: 304 };
}

/** `If-None-Match` compares weakly (RFC 9110, 13.1.2). */
function names(ifNoneMatch: string | null, etag: string): boolean {
  const tags = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}
