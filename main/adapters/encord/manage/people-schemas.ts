/**
 * Shapes of Encord's answers about people, groups, projects and API keys (encord-api.md C.4, C.5). Only ids are
 * indispensable, and of a key the key itself. Used by the calls on these.
 */

import { z } from 'zod';
import type { AddedUser, ApiKey, DatasetGroup, Project, Role } from '../../../core/manage/ports.ts';
import { jsonIn, listOf, or, pageOf, role, wholeList } from '../tolerant.ts';

const id = z.string().min(1);
const text = or(z.string(), '');
const maybeText = or(z.string(), null);
const maybeId = or(id, null);

/** Projects have further roles, such as reviewer; none of those administers anything. */
const projectRole = z
  .unknown()
  .optional()
  .transform((value): Role | null => {
    if (value === 0 || value === 'admin') return 'admin';
    return typeof value === 'number' || (typeof value === 'string' && value !== '') ? 'user' : null;
  });

export const addedUsers = wholeList(
  z
    .object({ user_email: id, user_role: role })
    .transform((each): AddedUser => ({ email: each.user_email, role: each.user_role })),
);

const group = z.object({ groupHash: id, name: text, description: text, createdAt: maybeText });

export const groupPage = pageOf(group.transform(({ groupHash, ...rest }) => ({ id: groupHash, ...rest })));

export const datasetGroupPage = pageOf(
  group.extend({ isSameOrganisation: or(z.boolean(), null), userRole: role }).transform(
    ({ groupHash, isSameOrganisation, userRole, ...rest }): DatasetGroup => ({
      id: groupHash,
      ...rest,
      sameOrganisation: isSameOrganisation,
      role: userRole,
    }),
  ),
);

export const projectPage = pageOf(
  z
    .object({
      projectHash: id,
      title: text,
      description: text,
      status: maybeText,
      createdAt: maybeText,
      lastEditedAt: maybeText,
      userRole: projectRole,
    })
    .transform(
      (each): Project => ({
        id: each.projectHash,
        title: each.title,
        description: each.description,
        role: each.userRole,
        status: each.status,
        createdAt: each.createdAt,
        editedAt: each.lastEditedAt,
      }),
    ),
);

/** `datasetHash`, or `datasetUuid` as in the newer calls on datasets. */
export const projectDatasetPage = pageOf(
  z
    .object({ datasetHash: maybeId, datasetUuid: maybeId })
    .transform((each) => each.datasetHash ?? each.datasetUuid)
    .pipe(id),
);

/** A list, or a string that holds one as JSON. */
const scopes = z
  .unknown()
  .optional()
  .transform((value) => (typeof value === 'string' ? jsonIn(value) : value))
  .pipe(listOf(z.string()));

export const datasetKey = z.object({ api_key: id, title: text, key_hash: maybeText, scopes }).transform(
  (each): ApiKey => ({
    apiKey: each.api_key,
    title: each.title,
    keyHash: each.key_hash,
    scopes: each.scopes,
  }),
);
export const datasetKeys = wholeList(datasetKey);
