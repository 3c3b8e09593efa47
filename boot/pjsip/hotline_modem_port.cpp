/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pjsua2/hotline_modem_port.hpp>

#include <algorithm>
#include <cstring>

#include <pjmedia/delaybuf.h>
#include <pjsua2/endpoint.hpp>
#include <pjsua-lib/pjsua.h>
#include "util.hpp"

#define THIS_FILE "hotline_modem_port.cpp"

using namespace pj;

static const unsigned FRAME_USEC = 20000;

/* No modem pauses so long within a call: what waits is from before, and would stay as delay. */
static const std::chrono::milliseconds NEW_CALL(200);

/* What the port knows; it lives in the port's pool and may outlive the HotlineModemPort. */
struct modem_data
{
    pjmedia_delay_buf *from_modem, *to_modem;
    pj_pool_t *pool;
};

static modem_data *data_of(pjmedia_port *port)
{
    return static_cast<modem_data *>(port->port_data.pdata);
}

HotlineModemPort::HotlineModemPort(unsigned clock_rate, unsigned max_delay_ms) PJSUA2_THROW(Error)
    : samples(clock_rate / 1000 * FRAME_USEC / 1000), port(NULL)
{
    if (!samples || max_delay_ms * 1000 < 2 * FRAME_USEC)
        PJSUA2_RAISE_ERROR(PJ_EINVAL);

    pj_pool_t *pool = pjsua_pool_create("modem%p", 4000, 4000);
    if (!pool)
        PJSUA2_RAISE_ERROR(PJ_ENOMEM);

    pj_str_t name = pj_str((char *)"modem");
    pjmedia_format format;
    pjmedia_format_init_audio(&format, PJMEDIA_FORMAT_PCM, clock_rate, 1, 16, FRAME_USEC,
                              clock_rate * 16, clock_rate * 16);

    port = PJ_POOL_ZALLOC_T(pool, pjmedia_port);
    pjmedia_port_info_init2(&port->info, &name, PJMEDIA_SIG_CLASS_APP('M', 'D', 'M'),
                            PJMEDIA_DIR_ENCODING_DECODING, &format);
    modem_data *data = PJ_POOL_ZALLOC_T(pool, modem_data);
    data->pool = pool;
    port->port_data.pdata = data;
    port->put_frame = &put_frame;
    port->get_frame = &get_frame;
    port->on_destroy = &on_destroy;

    pj_status_t status = pjmedia_port_init_grp_lock(port, pool, NULL);
    if (status != PJ_SUCCESS) {
        port = NULL;
        pj_pool_release(pool);
        PJSUA2_RAISE_ERROR(status);
    }
    status = pjmedia_delay_buf_create(pool, "from modem", clock_rate, samples, 1, max_delay_ms, 0,
                                      &data->from_modem);
    if (status == PJ_SUCCESS)
        status = pjmedia_delay_buf_create(pool, "to modem", clock_rate, samples, 1, max_delay_ms,
                                          0, &data->to_modem);
    try {
        if (status != PJ_SUCCESS)
            PJSUA2_RAISE_ERROR(status);
        registerMediaPort2(port, pool);
    } catch (...) {
        pjmedia_port_destroy(port);
        port = NULL;
        throw;
    }
}

HotlineModemPort::~HotlineModemPort()
{
    close();
}

void HotlineModemPort::close()
{
    std::lock_guard<std::mutex> guard(closing);

    if (!port)
        return;
    /* The bridge lets go of the port at its next turn, and only then do the buffers end. */
    PJSUA2_CATCH_IGNORE(unregisterMediaPort());
    pjmedia_port_destroy(port);
    port = NULL;
}

pj_status_t HotlineModemPort::on_destroy(pjmedia_port *port)
{
    modem_data *data = data_of(port);

    if (data->from_modem)
        pjmedia_delay_buf_destroy(data->from_modem);
    if (data->to_modem)
        pjmedia_delay_buf_destroy(data->to_modem);
    pj_pool_release(data->pool);
    return PJ_SUCCESS;
}

pj_status_t HotlineModemPort::put_frame(pjmedia_port *port, pjmedia_frame *frame)
{
    /* Else the bridge's heartbeat to a port that nobody transmits to: the buffer fades out. */
    if (frame->type == PJMEDIA_FRAME_TYPE_AUDIO)
        return pjmedia_delay_buf_put(data_of(port)->to_modem, (pj_int16_t *)frame->buf);
    return PJ_SUCCESS;
}

pj_status_t HotlineModemPort::get_frame(pjmedia_port *port, pjmedia_frame *frame)
{
    frame->type = PJMEDIA_FRAME_TYPE_AUDIO;
    frame->size = PJMEDIA_PIA_SPF(&port->info) * 2;
    return pjmedia_delay_buf_get(data_of(port)->from_modem, (pj_int16_t *)frame->buf);
}

unsigned HotlineModemPort::frame() const
{
    return samples;
}

void HotlineModemPort::exchange(const int16_t *heard, int16_t *sent, unsigned frames)
{
    std::lock_guard<std::mutex> guard(closing);

    if (!port) {
        std::memset(sent, 0, (size_t)frames * samples * 2);
        return;
    }
    modem_data *data = data_of(port);
    const clock::time_point now = clock::now();
    if (now - last > NEW_CALL) {
        pjmedia_delay_buf_reset(data->from_modem);
        pjmedia_delay_buf_reset(data->to_modem);
    }
    last = now;
    for (unsigned n = 0; n < frames; ++n) {
        /* The buffer works in place on what it is given. */
        std::copy(heard + n * samples, heard + (n + 1) * samples, sent + n * samples);
        pjmedia_delay_buf_put(data->from_modem, sent + n * samples);
        pjmedia_delay_buf_get(data->to_modem, sent + n * samples);
    }
}
