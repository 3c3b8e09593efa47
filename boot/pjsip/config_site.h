/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What our PJSIP can and cannot do; read by every file of PJSIP. */

/* Room for 512 calls with prompts and recordings. A handle costs memory from the start; a call has two. */
#define PJ_IOQUEUE_MAX_HANDLES 1088
#define PJSIP_MAX_TRANSPORTS 256

/*
 * One thread polls each queue, so nothing has to keep others from waking; with the default a
 * packet costs four more calls into the kernel.
 */
#define PJ_IOQUEUE_DEFAULT_EPOLL_FLAGS 0
#define PJ_IOQUEUE_MAX_EVENTS_IN_SINGLE_POLL 64
#define PJSUA_MAX_CALLS 512
#define PJSUA_MAX_ACC 64
#define PJSUA_MAX_PLAYERS 1024
#define PJSUA_MAX_RECORDERS 1024
#define PJSUA_MAX_CONF_PORTS 2048

/* Bounds on what one peer can make us hold: a message, and SIP work under way. */
#define PJSIP_MAX_PKT_LEN 8192
#define PJSIP_MAX_TSX_COUNT 4095
#define PJSIP_MAX_DIALOG_COUNT 2047

/* Audio over IPv4. Without video the AVI reader and writer are not compiled. */
#define PJMEDIA_HAS_VIDEO 0
#undef PJ_HAS_IPV6
#define PJ_HAS_IPV6 0

/*
 * No DNS of PJSIP's own (hotline_names.c): its parser of answers stays unused, and asking
 * for our own host name would stop SIP for 5 s where no name server answers.
 */
#define PJSIP_HAS_RESOLVER 0
#define PJ_GETHOSTIP_DISABLE_LOCAL_RESOLUTION 1

/* Errors, warnings and what happens; not the talk of every module, which begins before a level is set. */
#define PJ_LOG_MAX_LEVEL 3
