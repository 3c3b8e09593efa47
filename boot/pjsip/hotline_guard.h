/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOTLINE_GUARD_H
#define HOTLINE_GUARD_H

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Who may speak to this telephone at all. Until the first hotline_guard_set()
 * nobody may. All functions may be called from any thread, registered with
 * PJLIB or not, before pj_init() and after pj_shutdown().
 */

#define HOTLINE_GUARD_MAX 256

/*
 * Replaces the list: IPv4 addresses or networks ("127.0.0.1,10.0.0.0/24"),
 * separated by commas; "" admits nobody. There is no word for "everybody".
 * Returns 0, or -1 when an entry cannot be read or there are more than
 * HOTLINE_GUARD_MAX of them; then the old list stays in force.
 */
int hotline_guard_set(const char *csv);

/* 1 when the peer (a struct sockaddr) is not on the list; counts the refusal. */
int hotline_guard_refuses(const void *sockaddr);

/*
 * The same for the sound of a call: also the host that the call's own
 * description named (again a struct sockaddr; its port does not matter) may
 * send, for a trunk's media often comes from elsewhere than its signalling.
 */
int hotline_guard_refuses_media(const void *sockaddr, const void *named);

/* Packets and connections refused since the process started. */
unsigned long hotline_guard_dropped(void);

#ifdef __cplusplus
}
#endif

#endif
