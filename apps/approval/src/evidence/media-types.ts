import { CountersignError } from '@countersign/canonical';
import { decodeUtf8 } from '@countersign/service';

interface MediaType {
  /** What its file names end with; the first one is added to others. */
  readonly endings: readonly string[];
  readonly fits: (bytes: Buffer) => boolean;
}

const startsWith =
  (...starts: readonly string[]) =>
  (bytes: Buffer): boolean =>
    starts.some((start) => bytes.subarray(0, start.length).equals(Buffer.from(start, 'latin1')));

// Controls other than tab, line feed, form feed and carriage return are in no text (MIME Sniffing, binary data byte).
const BINARY = /[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]/;
// What a browser that looks at the content would take for a page (MIME Sniffing, 7.1), with further common beginnings.
const PAGE =
  /^[\s\ufeff]*<(!|\?xml|html|head|body|script|iframe|svg|style|table|div|font|img|a\b|b\b|p\b|h1|br\b|title)/i;

function isText(bytes: Buffer): boolean {
  try {
    const text = decodeUtf8(bytes);
    return !BINARY.test(text) && !PAGE.test(text);
  } catch {
    return false;
  }
}

const isJson = (bytes: Buffer): boolean => /^\s*[[{]/.test(bytes.subarray(0, 100).toString('latin1')) && isText(bytes);

/** What may be attached. None of it is anything that a browser runs in our pages' place. */
const TYPES: Readonly<Record<string, MediaType>> = {
  'application/pdf': { endings: ['.pdf'], fits: startsWith('%PDF-') },
  'image/png': { endings: ['.png'], fits: startsWith('\x89PNG\r\n\x1a\n') },
  'image/jpeg': { endings: ['.jpg', '.jpeg'], fits: startsWith('\xff\xd8\xff') },
  'image/gif': { endings: ['.gif'], fits: startsWith('GIF87a', 'GIF89a') },
  'image/webp': {
    endings: ['.webp'],
    fits: (bytes) => startsWith('RIFF')(bytes) && bytes.subarray(8, 12).toString('latin1') === 'WEBP',
  },
  'text/plain': { endings: ['.txt', '.log', '.md'], fits: isText },
  'text/csv': { endings: ['.csv'], fits: isText },
  'application/json': { endings: ['.json'], fits: isJson },
};

/**
 * The media type of a Content-Type header, without parameters.
 * @throws CountersignError `unsupported_media_type` for one that may not be attached
 */
export function mediaTypeOf(contentType: string | undefined): string {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (Object.hasOwn(TYPES, type)) return type;
  const list = Object.keys(TYPES).join(', ');
  throw new CountersignError('unsupported_media_type', `evidence is one of ${list}; say which one in Content-Type`);
}

/** @throws CountersignError `invalid_request` for bytes that are nothing, or not what they are said to be */
export function checkContent(bytes: Buffer, mediaType: string): void {
  if (bytes.length === 0)
    throw new CountersignError('invalid_request', 'the file is empty; send its bytes as the body');
  if (TYPES[mediaType]?.fits(bytes)) return;
  throw new CountersignError('invalid_request', `the content is not ${mediaType}; send it under its own type`);
}

/** Type as it is served: text is UTF-8, as was checked when it came. */
export const servedType = (mediaType: string): string =>
  mediaType.startsWith('text/') ? `${mediaType}; charset=utf-8` : mediaType;

/** The name with an ending of its type, so that no desktop opens the file as something else. */
export function withEnding(name: string, mediaType: string): string {
  const { endings = [] } = TYPES[mediaType] ?? {};
  return endings.some((ending) => name.toLowerCase().endsWith(ending)) ? name : `${name}${endings[0] ?? '.bin'}`;
}
