/** For the tests of programs that use libsts. */
package it.libsts.testing;
