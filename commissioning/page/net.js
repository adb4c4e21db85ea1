// Questions to the command that serves this page, and what it tells by itself.

export class Refusal extends Error {
  constructor(status, document) {
    const problems = document.problems ?? [];
    super(document.error ?? (problems.map(({ key, allowed }) => `${key}: ${allowed}`).join("; ") || "The page does not answer."));
    Object.assign(this, { status, problems });
  }
}

export async function ask(path, body) {
  const options = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Refusal(0, { error: "The page has ended, or the connection to the box is gone." });
  }
  const document = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal(answer.status, document);
  return document;
}

// Whoever brings the token of the link gets in; the link then disappears from the address and works no more.
export async function enter() {
  const token = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  const refused = token ? await ask("/enter", { token }).catch((refusal) => refusal) : null;
  try {
    return await ask("/state");
  } catch (refusal) {
    throw refused?.status ? refused : refusal;
  }
}

export function listen(hear) {
  let source = null;
  const begin = () => {
    source = new EventSource("/live");
    source.onmessage = (event) => {
      const message = JSON.parse(event.data);
      if (message.elsewhere || message.ended) source.close();
      hear(message);
    };
    source.onerror = () => {
      hear({ lost: true });
      if (source.readyState === EventSource.CLOSED) setTimeout(begin, 1000);
    };
  };
  begin();
  return { again: begin, stop: () => source.close() };
}
