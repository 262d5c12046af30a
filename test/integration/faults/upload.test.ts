/** The fault matrix: the bytes themselves and what makes a data row of them, and the documented route. */

import { testColumns } from './matrix.ts';

testColumns('put', 'register', 'grant, documented', 'register, documented');
