/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pjsua2/hotline_tap.hpp>

#include <algorithm>
#include <cstring>

#include <pjsua2/endpoint.hpp>
#include <pjsua-lib/pjsua.h>
#include "util.hpp"

#define THIS_FILE "hotline_tap.cpp"

using namespace pj;

static const unsigned FRAME_USEC = 20000;

/* What the port knows; it lives in the port's pool and may outlive the tap. */
struct tap_data
{
    HotlineTap *tap;
    pj_pool_t *pool;
};

HotlineTap::HotlineTap(unsigned clock_rate, unsigned keeps_ms) PJSUA2_THROW(Error)
    : pool(NULL), port(NULL), ring((size_t)clock_rate * keeps_ms / 1000), written(0), read(0),
      dropped(0)
{
    if (ring.empty())
        PJSUA2_RAISE_ERROR(PJ_EINVAL);

    pool = pjsua_pool_create("tap%p", 512, 512);
    if (!pool)
        PJSUA2_RAISE_ERROR(PJ_ENOMEM);

    pj_str_t name = pj_str((char *)"tap");
    pjmedia_format format;
    pjmedia_format_init_audio(&format, PJMEDIA_FORMAT_PCM, clock_rate, 1, 16, FRAME_USEC,
                              clock_rate * 16, clock_rate * 16);

    port = PJ_POOL_ZALLOC_T(pool, pjmedia_port);
    pjmedia_port_info_init2(&port->info, &name, PJMEDIA_SIG_CLASS_APP('T', 'A', 'P'),
                            PJMEDIA_DIR_ENCODING, &format);
    tap_data *data = PJ_POOL_ZALLOC_T(pool, tap_data);
    data->tap = this;
    data->pool = pool;
    port->port_data.pdata = data;
    port->put_frame = &put_frame;
    port->on_destroy = &on_destroy;

    pj_status_t status = pjmedia_port_init_grp_lock(port, pool, NULL);
    if (status != PJ_SUCCESS) {
        port = NULL;
        pj_pool_release(pool);
        PJSUA2_RAISE_ERROR(status);
    }
    try {
        registerMediaPort2(port, pool);
    } catch (...) {
        pjmedia_port_destroy(port);
        port = NULL;
        throw;
    }
}

HotlineTap::~HotlineTap()
{
    close();
}

void HotlineTap::close()
{
    if (!port)
        return;
    PJSUA2_CATCH_IGNORE(unregisterMediaPort());

    /* The bridge removes the port at its next turn; until then it may still bring a frame. */
    pj_grp_lock_acquire(port->grp_lock);
    static_cast<tap_data *>(port->port_data.pdata)->tap = NULL;
    pj_grp_lock_release(port->grp_lock);

    pjmedia_port_destroy(port);
    port = NULL;
}

pj_status_t HotlineTap::on_destroy(pjmedia_port *port)
{
    pj_pool_release(static_cast<tap_data *>(port->port_data.pdata)->pool);
    return PJ_SUCCESS;
}

pj_status_t HotlineTap::put_frame(pjmedia_port *port, pjmedia_frame *frame)
{
    /* Else the bridge's heartbeat to a port that nobody transmits to. */
    if (frame->type == PJMEDIA_FRAME_TYPE_AUDIO) {
        pj_grp_lock_acquire(port->grp_lock);
        HotlineTap *tap = static_cast<tap_data *>(port->port_data.pdata)->tap;
        if (tap)
            tap->keep((const int16_t *)frame->buf, (unsigned)(frame->size / 2));
        pj_grp_lock_release(port->grp_lock);
    }
    return PJ_SUCCESS;
}

void HotlineTap::keep(const int16_t *samples, unsigned count)
{
    const uint64_t end = written.load(std::memory_order_relaxed);
    const uint64_t room = ring.size() - (end - read.load(std::memory_order_acquire));

    if (count > room) {
        dropped.fetch_add(count - (unsigned)room, std::memory_order_relaxed);
        count = (unsigned)room;
    }
    const size_t place = end % ring.size();
    const size_t first = std::min((size_t)count, ring.size() - place);
    std::memcpy(&ring[place], samples, first * 2);
    std::memcpy(&ring[0], samples + first, (count - first) * 2);
    written.store(end + count, std::memory_order_release);
}

unsigned HotlineTap::waiting() const
{
    return (unsigned)(written.load(std::memory_order_acquire)
                      - read.load(std::memory_order_relaxed));
}

unsigned HotlineTap::take(int16_t *samples, unsigned most)
{
    const uint64_t begin = read.load(std::memory_order_relaxed);
    const unsigned count = std::min(waiting(), most);
    const size_t place = begin % ring.size();
    const size_t first = std::min((size_t)count, ring.size() - place);

    std::memcpy(samples, &ring[place], first * 2);
    std::memcpy(samples + first, &ring[0], (count - first) * 2);
    read.store(begin + count, std::memory_order_release);
    return count;
}

unsigned long HotlineTap::lost() const
{
    return dropped.load(std::memory_order_relaxed);
}
