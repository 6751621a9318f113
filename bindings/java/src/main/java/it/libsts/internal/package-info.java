/** Not for programs: loading of libsts, its C interface, JSON. May change in every version. */
package it.libsts.internal;
