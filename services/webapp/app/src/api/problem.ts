// An error as the server tells it (RFC 9457), or as the network does. Pages show `Problem`s and
// nothing else, so that each error has a slug that can be translated.

export interface FieldError {
  field: string;
  detail: string;
}

/** Slugs of our own stand beside the server's: `network` is no answer, `broken` one we cannot read. */
export class Problem extends Error {
  constructor(
    readonly slug: string,
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly errors: FieldError[] = [],
    readonly request = '',
    readonly retryAfterS: number | null = null,
  ) {
    super(detail || title || slug);
    this.name = 'Problem';
  }

  /** What can be copied into a report: everything that we know of it. */
  get technical(): string {
    const fields = this.errors.map((error) => `\n  ${error.field}: ${error.detail}`).join('');
    return `${this.request}\n${this.status || 'no answer'} ${this.slug}: ${this.detail || this.title}${fields}`.trim();
  }

  /** The server's word on one field, if it has one. */
  of(field: string): string | undefined {
    return this.errors.find((error) => error.field === field)?.detail;
  }
}

interface ProblemBody {
  type?: string;
  title?: string;
  detail?: string;
  field?: string;
  errors?: FieldError[];
}

/** Reads the body of an answer that is not a success. */
export async function problemOf(response: Response, request: string): Promise<Problem> {
  const body: ProblemBody = await response.json().catch(() => ({}));
  const slug = body.type?.split('/').pop() || 'broken';
  const errors = body.errors ?? (body.field ? [{ field: body.field, detail: body.detail ?? '' }] : []);
  const retry = Number(response.headers.get('Retry-After'));
  return new Problem(
    slug,
    response.status,
    body.title ?? response.statusText,
    body.detail ?? '',
    errors,
    request,
    retry > 0 ? retry : null,
  );
}

/** Whatever was thrown, as a problem. */
export function asProblem(thrown: unknown, request = ''): Problem {
  if (thrown instanceof Problem) return thrown;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return new Problem('broken', 0, '', detail, [], request);
}
