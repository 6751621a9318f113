/* Spoils every argument of every function, one at a time; returns how many ended as they should, and
 * adds those that did not to `failed`. */
#ifndef POSITIONS_H
#define POSITIONS_H
int positions(int *failed);
#endif
