/**
 * An access token for a person of the roster, from the development identity provider.
 * @throws Error when it does not answer or knows no such person
 */
export async function fetchReviewerToken(issuerUrl: string, subject: string): Promise<string> {
  const response = await fetch(`${issuerUrl}/dev/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ subject }),
  });
  const body = (await response.json()) as { access_token?: string; error?: string };
  if (!body.access_token) throw new Error(`the identity provider refused: ${body.error ?? response.status}`);
  return body.access_token;
}
