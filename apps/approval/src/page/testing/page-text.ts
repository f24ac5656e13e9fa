/** What stands for a character in markup. */
export const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&amp;': '&',
};

/** Markup as the text that a person reads: elements are gone, characters stand for themselves. */
export const withoutMarkup = (markup: string): string =>
  markup.replace(/<[^>]*>/g, ' ').replace(/&(?:lt|gt|quot|#39|amp);/g, (one) => ENTITIES[one] ?? one);
