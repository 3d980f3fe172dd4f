/**
 * The part of every capture script that does not depend on the rules: POSIX sh, for dash, BusyBox ash and bash.
 *
 * Names: S stat, R read, L list, E variable, X run, G get, P packages, W walk. `some` is set while an absence need not be told,
 * because a pattern or a listing of the directory tells it. Lists of paths are separated by line breaks;
 * a name that holds one is left out, hence not recorded.
 */
import { frame } from './frame.ts';
import { get } from './get.ts';
import { list } from './list.ts';
import { mask } from './mask.ts';
import { missing } from './missing.ts';
import { packages } from './packages.ts';
import { read } from './read.ts';
import { run } from './run.ts';
import { stat } from './stat.ts';
import { tell } from './tell.ts';
import { walk } from './walk.ts';

export const library = [frame, mask, missing, stat, read, list, run, get, packages, walk, tell].join('\n').trimStart();
