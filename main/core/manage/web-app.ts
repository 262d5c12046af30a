/**
 * Addresses of Encord's web app, for what the API cannot do. Called by the use cases of datasets, and by whoever opens a
 * page.
 */

/**
 * The web app that belongs to a server, without a slash at its end: `https://api.X` has it at `https://app.X`
 * (encord-api.md A). Null for a server of another name, whose web app may be anywhere.
 */
export function webApp(domain: string): string | null {
  const host = /^https:\/\/api\.([a-z0-9.-]+)$/.exec(domain)?.[1];
  return host === undefined ? null : `https://app.${host}`;
}

/** The page of a dataset, or null as for `webApp`. That pages are named like this is a guess that nothing depends on. */
export function datasetPage(domain: string, datasetId: string): string | null {
  const app = webApp(domain);
  return app === null ? null : `${app}/datasets/${segment(datasetId)}`;
}

/** The page of a project; a guess like that of a dataset. */
export function projectPage(domain: string, projectId: string): string | null {
  const app = webApp(domain);
  return app === null ? null : `${app}/projects/view/${segment(projectId)}`;
}

/** An id is the server's: half a character in it could not be written. */
function segment(id: string): string {
  return encodeURIComponent(id.toWellFormed());
}
