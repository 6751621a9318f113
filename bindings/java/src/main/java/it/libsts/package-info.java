/**
 * libsts, the engine for Sistema Tessera Sanitaria: {@link it.libsts.Driver} carries out commands,
 * {@link it.libsts.Sts} answers what needs no engine.
 */
package it.libsts;
