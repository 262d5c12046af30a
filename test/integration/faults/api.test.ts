/** The fault matrix: the calls before and after the bytes of a file, on the storage route. */

import { testColumns } from './matrix.ts';

testColumns('sign-in', 'grant', 'poll', 'link');
