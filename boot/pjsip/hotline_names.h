/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOTLINE_NAMES_H
#define HOTLINE_NAMES_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The only names PJSIP can resolve. It never asks DNS: a name server that does
 * not answer would stop SIP for all calls. The daemon resolves names in its
 * own time and lays them down here. Every function may be called from any
 * thread at any time and never waits for the network.
 */

#define HOTLINE_NAMES_MAX 64

/*
 * Replaces the table: "sip.example.net=192.0.2.7,other.example=192.0.2.8", IPv4
 * only. Returns 0, or -1 when it cannot be read; then the old table stays.
 */
int hotline_names_set(const char *csv);

/*
 * Writes the address (4 bytes, network order) of a name or of an address in
 * dotted form. Returns 0, or -1 when the name is not in the table; it is then
 * remembered for hotline_names_missing().
 */
int hotline_names_find(const char *name, size_t length, void *address);

/*
 * Writes the names (separated by commas, NUL at the end) that were asked for in
 * vain since the last call, and forgets them. Names that do not fit are dropped.
 */
void hotline_names_missing(char *buffer, size_t size);

#ifdef __cplusplus
}
#endif

#endif
