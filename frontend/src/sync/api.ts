import type { components, paths } from '../api/schema';
import { call, type Call, type Filters } from './call';

/** Calls typed by the server's own description: a renamed address, field or answer is an error of the compiler here. */

export type Schemas = components['schemas'];
type Method = 'get' | 'post' | 'patch' | 'delete';
type Operation<P extends keyof paths, M extends Method> = paths[P][M];
type Parameters<O> = O extends { parameters: infer A } ? A : never;
type InPath<O> = Parameters<O> extends { path: infer A extends object } ? { path: A } : { path?: undefined };
type InQuery<O> = Parameters<O> extends { query?: infer A extends object } ? { query?: A } : { query?: undefined };
type InBody<O> = O extends { requestBody: { content: { 'application/json': infer B } } } ? { body: B } : { body?: undefined };
type Asked<O> = InPath<O> & InQuery<O> & InBody<O> & Pick<Call, 'isLast'>;
type Success<R> = R extends { 200: infer A } ? A : R extends { 201: infer A } ? A : R extends { 204: infer A } ? A : never;
type Answer<O> = O extends { responses: infer R }
  ? Success<R> extends { content: { 'application/json': infer J } }
    ? J
    : undefined
  : never;

const ROOT = '/api/v1';

export function ask<P extends keyof paths, M extends Method>(
  method: M,
  address: P,
  { path, query, body, isLast }: Asked<Operation<P, M>>,
): Promise<Answer<Operation<P, M>>> {
  const filled = address.replace(/\{(\w+)\}/g, (_whole, name: string) => {
    return encodeURIComponent(String((path as Record<string, unknown> | undefined)?.[name]));
  });
  const about: Call = { body, isLast: isLast ?? false };
  if (query) about.query = query as Filters;
  return call(method.toUpperCase(), filled.slice(ROOT.length), about);
}
