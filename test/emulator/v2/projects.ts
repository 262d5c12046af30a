/** Projects: the list of them, and the datasets that one uses (encord-api.md C.5). */

import { z } from 'zod';
import { accessProject } from '../auth/projectAccess.ts';
import { instant, queryBool, queryInt } from '../shape.ts';
import { ADMIN } from '../store/datasets.ts';
import {
  DEFAULT_PAGE_SIZE,
  MAX_PAGE_SIZE,
  offsetOf,
  page,
  pathUuid,
  queryOf,
  type Route,
  type V2Call,
} from './route.ts';
import { v2Time } from './views.ts';

/** There is one here, and it is empty. */
const ONTOLOGY = '00000000-0000-4000-8000-000000000001';

const pageQuery = z.object({
  pageSize: queryInt.pipe(z.int().min(1).max(MAX_PAGE_SIZE)).default(DEFAULT_PAGE_SIZE),
  pageToken: z.string().optional(),
});

const listQuery = pageQuery.extend({
  titleEq: z.string().optional(),
  titleLike: z.string().optional(),
  descEq: z.string().optional(),
  descLike: z.string().optional(),
  createdBefore: instant.optional(),
  createdAfter: instant.optional(),
  editedBefore: instant.optional(),
  editedAfter: instant.optional(),
  includeOrgAccess: queryBool.default(false),
  tagsAnyof: z.array(z.string()).optional(),
});

/** There are no tags here, so a search for some finds nothing. */
function list(call: V2Call): unknown {
  const { world, user } = call;
  const query = queryOf(call, listQuery, ['tagsAnyof']);
  const { descEq, descLike, includeOrgAccess, pageSize, pageToken, tagsAnyof, ...rest } = query;
  const offset = offsetOf(pageToken);
  const filter = { ...rest, descriptionEq: descEq, descriptionLike: descLike };
  const everything = includeOrgAccess && user.organisationRole === ADMIN;
  const found =
    tagsAnyof === undefined ? world.projects.list(user.userHash, filter, everything, offset, pageSize) : [];
  return page(
    found.map(({ project, role }) => ({
      projectHash: project.projectHash,
      projectType: 'workflow',
      status: project.status,
      title: project.title,
      description: project.description,
      createdAt: v2Time(project.createdAt),
      lastEditedAt: v2Time(project.lastEditedAt),
      ontologyHash: ONTOLOGY,
      editorOntology: {},
      userRole: role,
    })),
    offset,
    pageSize,
  );
}

function datasets(call: V2Call): unknown {
  const { world, user } = call;
  const project = accessProject(world, user, pathUuid(call, 0), false);
  const { pageSize, pageToken } = queryOf(call, pageQuery);
  const offset = offsetOf(pageToken);
  return page(
    world.projects
      .datasets(project.projectHash, offset, pageSize)
      .map(({ datasetHash, title, description }) => ({ datasetHash, title, description })),
    offset,
    pageSize,
  );
}

export const projectRoutes: readonly Route[] = [
  { method: 'GET', path: 'projects', run: list },
  { method: 'GET', path: 'projects/*/datasets', run: datasets },
];
