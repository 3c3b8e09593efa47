/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pjsua2/hotline_port.hpp>

#include <algorithm>

#include <pjsua2/endpoint.hpp>
#include <pjsua-lib/pjsua.h>
#include "util.hpp"

#define THIS_FILE "hotline_port.cpp"

using namespace pj;

static const unsigned FRAME_USEC = 20000;

/* What PJSIP's port knows; it lives in the port's pool. ours: guarded by its lock, none once closed. */
struct port_data
{
    HotlinePort *ours;
    pj_pool_t *pool;
};

static port_data *data_of(pjmedia_port *port)
{
    return static_cast<port_data *>(port->port_data.pdata);
}

HotlinePort::HotlinePort(const char *name, unsigned clock_rate, unsigned room) PJSUA2_THROW(Error)
    : samples(clock_rate / 1000 * FRAME_USEC / 1000), pool(NULL), port(NULL), name(name),
      clock_rate(clock_rate)
{
    if (!samples)
        PJSUA2_RAISE_ERROR(PJ_EINVAL);
    pool = pjsua_pool_create(name, room, room);
    if (!pool)
        PJSUA2_RAISE_ERROR(PJ_ENOMEM);
}

HotlinePort::~HotlinePort()
{
    close();
}

void HotlinePort::join(unsigned signature, pjmedia_dir dir) PJSUA2_THROW(Error)
{
    pj_str_t shown = pj_str((char *)name);
    pjmedia_format format;
    pjmedia_format_init_audio(&format, PJMEDIA_FORMAT_PCM, clock_rate, 1, 16, FRAME_USEC,
                              clock_rate * 16, clock_rate * 16);

    pjmedia_port *made = PJ_POOL_ZALLOC_T(pool, pjmedia_port);
    pjmedia_port_info_init2(&made->info, &shown, signature, dir, &format);
    port_data *data = PJ_POOL_ZALLOC_T(pool, port_data);
    data->ours = this;
    data->pool = pool;
    made->port_data.pdata = data;
    made->put_frame = &put_frame;
    if (dir & PJMEDIA_DIR_DECODING)
        made->get_frame = &get_frame;
    made->on_destroy = &on_destroy;

    pj_status_t status = pjmedia_port_init_grp_lock(made, pool, NULL);
    if (status != PJ_SUCCESS)
        PJSUA2_RAISE_ERROR(status);
    port = made; /* it answers for the pool from now on */
    registerMediaPort2(port, pool);
}

void HotlinePort::close()
{
    std::lock_guard<std::mutex> guard(closing);

    if (port) {
        PJSUA2_CATCH_IGNORE(unregisterMediaPort());
        /* The bridge removes the port at its next turn; until then it may still come. */
        pj_grp_lock_acquire(port->grp_lock);
        data_of(port)->ours = NULL;
        pj_grp_lock_release(port->grp_lock);
        pjmedia_port_destroy(port);
    } else if (pool) {
        pj_pool_release(pool);
    }
    port = NULL;
    pool = NULL;
}

void HotlinePort::get(int16_t *frame, unsigned count)
{
    std::fill(frame, frame + count, 0);
}

pj_status_t HotlinePort::on_destroy(pjmedia_port *port)
{
    pj_pool_release(data_of(port)->pool);
    return PJ_SUCCESS;
}

pj_status_t HotlinePort::put_frame(pjmedia_port *port, pjmedia_frame *frame)
{
    /* Else the bridge's heartbeat to a port that nobody transmits to. */
    if (frame->type == PJMEDIA_FRAME_TYPE_AUDIO) {
        pj_grp_lock_acquire(port->grp_lock);
        if (HotlinePort *ours = data_of(port)->ours)
            ours->put((const int16_t *)frame->buf, (unsigned)(frame->size / 2));
        pj_grp_lock_release(port->grp_lock);
    }
    return PJ_SUCCESS;
}

pj_status_t HotlinePort::get_frame(pjmedia_port *port, pjmedia_frame *frame)
{
    frame->type = PJMEDIA_FRAME_TYPE_NONE;
    pj_grp_lock_acquire(port->grp_lock);
    if (HotlinePort *ours = data_of(port)->ours) {
        frame->type = PJMEDIA_FRAME_TYPE_AUDIO;
        frame->size = PJMEDIA_PIA_SPF(&port->info) * 2;
        ours->get((int16_t *)frame->buf, (unsigned)(frame->size / 2));
    }
    pj_grp_lock_release(port->grp_lock);
    return PJ_SUCCESS;
}
