/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pjsip/hotline_wake.h>

#include <fcntl.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include <pj/errno.h>
#include <pj/ioqueue.h>
#include <pj/pool.h>
#include <pjsip/sip_endpoint.h>
#include <pjsip/sip_module.h>

/*
 * The pair is made once and never closed, so that a late hotline_wake() can
 * never write into a descriptor that by then belongs to somebody else. The
 * endpoint polls, and at its end closes, a duplicate of the reading end.
 */
static int ends[2] = {-1, -1};
static atomic_int writing_end = -1;
static atomic_flag pending = ATOMIC_FLAG_INIT;

static pj_pool_t *pool;
static pj_ioqueue_key_t *key;
static pj_ioqueue_op_key_t read_op;
static char drain[16];

static void read_next(void)
{
    pj_ssize_t length = sizeof(drain);

    /* Always asynchronous: whoever wakes without pause must not hold the poll here. */
    pj_ioqueue_recv(key, &read_op, drain, &length, PJ_IOQUEUE_ALWAYS_ASYNC);
}

static void on_read(pj_ioqueue_key_t *from, pj_ioqueue_op_key_t *op, pj_ssize_t length)
{
    PJ_UNUSED_ARG(from);
    PJ_UNUSED_ARG(op);
    PJ_UNUSED_ARG(length);
    /* Before the caller of the poll looks at its queue, so that no wake is lost. */
    atomic_flag_clear(&pending);
    read_next();
}

static pj_status_t leave_poll(void)
{
    atomic_store(&writing_end, -1);
    if (key) {
        pj_ioqueue_unregister(key);
        key = NULL;
    }
    if (pool) {
        pj_pool_release(pool);
        pool = NULL;
    }
    return PJ_SUCCESS;
}

static pjsip_module module = {
    .name = {"mod-hotline-wake", 16},
    .id = -1,
    .priority = PJSIP_MOD_PRIORITY_APPLICATION,
    .stop = &leave_poll,
};

static pj_status_t join_poll(pjsip_endpoint *endpt)
{
    pj_ioqueue_callback callback = {.on_read_complete = &on_read};
    int reading_end = fcntl(ends[0], F_DUPFD_CLOEXEC, 0);
    pj_status_t status;

    if (reading_end < 0)
        return pj_get_os_error();
    pool = pjsip_endpt_create_pool(endpt, "hotline-wake", 512, 512);
    status = pj_ioqueue_register_sock(pool, pjsip_endpt_get_ioqueue(endpt), reading_end,
                                      NULL, &callback, &key);
    if (status != PJ_SUCCESS) {
        close(reading_end);
        leave_poll();
        return status;
    }
    pj_ioqueue_op_key_init(&read_op, sizeof(read_op));
    read_next();
    return PJ_SUCCESS;
}

pj_status_t hotline_wake_init(pjsip_endpoint *endpt)
{
    pj_status_t status;

    if (key)
        return PJ_EEXISTS;
    if (ends[0] < 0 &&
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0)
        return pj_get_os_error();
    status = join_poll(endpt);
    if (status != PJ_SUCCESS)
        return status;
    status = pjsip_endpt_register_module(endpt, &module);
    if (status != PJ_SUCCESS) {
        leave_poll();
        return status;
    }
    atomic_flag_clear(&pending);
    atomic_store(&writing_end, ends[1]);
    return PJ_SUCCESS;
}

void hotline_wake(void)
{
    int to = atomic_load(&writing_end);

    if (to < 0 || atomic_flag_test_and_set(&pending))
        return;
    if (send(to, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL) != 1)
        atomic_flag_clear(&pending);
}
