/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOTLINE_WAKE_H
#define HOTLINE_WAKE_H

#include <pj/types.h>
#include <pjsip/sip_types.h>

PJ_BEGIN_DECL

/*
 * Joins the wake to the endpoint's poll. Call once per endpoint, after it was
 * created, from a thread PJLIB knows; it leaves the poll by itself when the
 * endpoint is destroyed.
 */
pj_status_t hotline_wake_init(pjsip_endpoint *endpt);

/*
 * Makes a running or the next pjsip_endpt_handle_events() return. Many calls
 * before it returns count as one. Never blocks, and may be called from any
 * thread, registered with PJLIB or not, and at any time: without an endpoint
 * it does nothing.
 */
void hotline_wake(void);

PJ_END_DECL

#endif
