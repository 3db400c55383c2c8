import type { FastifyReply, FastifyRequest } from "fastify";
import Type from "typebox";
import { asFailure, Failure, type FailureCode, failures } from "../../domain/failures.ts";
import type { AdminLog } from "./parts.ts";

/** RFC 9457, with our own code and a finding for each field. */
export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.Enum(Object.keys(failures)),
    detail: Type.String(),
    errors: Type.Array(
      Type.Object({
        pointer: Type.String({ description: "JSON pointer into the body, or to the query parameter" }),
        code: Type.String(),
        detail: Type.String(),
      }),
    ),
  },
  { description: "RFC 9457 problem; `code` is one of docs/errors.md" },
);

export const problemType = "application/problem+json";

/** Answers a request that failed, and logs it as the table of failures says. */
export function answerProblem(log: AdminLog, thrown: unknown, request: FastifyRequest, reply: FastifyReply) {
  const failure = failureOf(thrown);
  const path = request.url.replace(/\?.*$/s, "");
  const fields = { method: request.method, path, code: failure.code };
  const { http } = failure.kind;
  // Only our own trouble is logged with its cause; what a caller sent may hold secrets.
  log[failure.kind.log](http < 500 ? fields : { ...fields, err: failure.cause ?? failure }, "a request was refused");
  if (failure.code === "TOO_LARGE") keepListening(request, reply);
  return sendProblem(reply, failure);
}

/** Fastify's own complaints in the words of our table; anything unknown is UNEXPECTED. */
function failureOf(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  const { statusCode = 500, code = "" } = thrown as { statusCode?: number; code?: string };
  const ours = byStatus[statusCode];
  if (ours !== undefined) return new Failure(ours);
  if (statusCode < 500 && code.startsWith("FST_")) return new Failure("MALFORMED");
  return asFailure(thrown);
}

const byStatus: Readonly<Record<number, FailureCode>> = {
  404: "NOT_FOUND",
  413: "TOO_LARGE",
  415: "UNSUPPORTED_TYPE",
};

/**
 * Closing a connection with unread data in it resets it, and the client may never see the answer: the rest of a body
 * that is too large is read and thrown away, within the time that a request may take.
 */
function keepListening(request: FastifyRequest, reply: FastifyReply): void {
  reply.removeHeader("connection");
  request.raw.resume();
}

function sendProblem(reply: FastifyReply, failure: Failure): FastifyReply {
  const { http, text } = failure.kind;
  if (http === 401) reply.header("www-authenticate", "Bearer");
  if (http === 503) reply.header("retry-after", "30");
  const problem = {
    type: "about:blank",
    title: text,
    status: http,
    code: failure.code,
    // What went wrong inside is for the log.
    detail: http < 500 ? failure.message : text,
    errors: http < 500 ? failure.errors : [],
  };
  return reply.code(http).type(`${problemType}; charset=utf-8`).send(JSON.stringify(problem));
}
