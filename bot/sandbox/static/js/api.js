// Calls to the two servers behind the page, and their streams of changes.

export class CallFault extends Error {}

async function call(method, path, value) {
  const options = { method };
  if (value !== undefined) {
    options.body = JSON.stringify(value);
    options.headers = { "Content-Type": "application/json" };
  }
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new CallFault("The demo does not answer. Is it still running?");
  }
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new CallFault(body.error ?? `The server answered ${answer.status}.`);
  return body;
}

const query = (given) => new URLSearchParams(Object.entries(given).filter(([, value]) => value !== undefined)).toString();

export const demo = () => call("GET", "/api/demo");
export const look = (name, given = {}) => call("GET", `/api/slack/${name}?${query(given)}`);
export const act = (name, given) => call("POST", `/api/slack/${name}`, given);
export const portalLook = (name, given = {}) => call("GET", `/api/portal/${name}?${query(given)}`);
export const portalAct = (name, given) => call("POST", `/api/portal/${name}`, given);

/** Calls `hear` with each change and `connected` each time the line stands: what changed before it did was not heard. */
export function listen(path, hear, connected) {
  const source = new EventSource(path);
  source.onmessage = (event) => hear(JSON.parse(event.data));
  source.onopen = () => connected();
  return () => source.close();
}
