/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pjsua2/hotline_modem_port.hpp>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include <pjmedia/wsola.h>
#include <pjsua2/endpoint.hpp>
#include <pjsua-lib/pjsua.h>
#include "util.hpp"

#define THIS_FILE "hotline_modem_port.cpp"

using namespace pj;

static const unsigned FRAME_USEC = 20000;

/* No modem pauses so long within a call: what waits is from before, and would stay as delay. */
static const std::chrono::milliseconds NEW_CALL(200);

/* How often is looked whether more waits than is ever used, in frames. */
static const unsigned WINDOW = 25;

/*
 * One direction: sound on its way from one clock to another. PJMEDIA's own
 * delay buffer leaves up to three frames standing and never fades; this one
 * keeps what it needs. When the reader comes too early, WSOLA makes up a
 * frame, and silence when that goes on; when more than a frame was left over
 * at every turn for half a second, half a frame is taken out between two
 * periods of the voice.
 */
class Crossing
{
public:
    Crossing(pj_pool_t *pool, unsigned clock_rate, unsigned samples, unsigned max_delay_ms)
        : wsola(NULL), frame(samples), waiting(clock_rate / 1000 * max_delay_ms), count(0)
    {
        pj_status_t status = pjmedia_wsola_create(pool, clock_rate, samples, 1, 0, &wsola);
        if (status != PJ_SUCCESS)
            PJSUA2_RAISE_ERROR(status);
        reset();
    }

    ~Crossing()
    {
        if (wsola)
            pjmedia_wsola_destroy(wsola);
    }

    void put(const int16_t *samples)
    {
        std::lock_guard<std::mutex> guard(turn);

        if (count + frame > waiting.size()) {
            shorten(count + frame - (unsigned)waiting.size());
            if (count + frame > waiting.size())
                take(NULL, count + frame - (unsigned)waiting.size());
        }
        std::copy(samples, samples + frame, &waiting[count]);
        pjmedia_wsola_save(wsola, &waiting[count], made_up);
        made_up = PJ_FALSE;
        count += frame;
        if (++puts == WINDOW) {
            if (spare >= frame)
                shorten(frame / 2);
            puts = 0;
            spare = (unsigned)waiting.size();
        }
    }

    void get(int16_t *samples)
    {
        std::lock_guard<std::mutex> guard(turn);

        if (count < frame) {
            made_up = PJ_TRUE;
            if (pjmedia_wsola_generate(wsola, &waiting[count]) != PJ_SUCCESS)
                std::fill(&waiting[count], &waiting[count] + frame, 0);
            count += frame;
        }
        take(samples, frame);
        spare = std::min(spare, count);
    }

    void reset()
    {
        std::lock_guard<std::mutex> guard(turn);

        count = puts = 0;
        spare = (unsigned)waiting.size();
        made_up = PJ_FALSE;
        pjmedia_wsola_reset(wsola, 0);
    }

private:
    Crossing(const Crossing &);
    Crossing &operator=(const Crossing &);

    void shorten(unsigned by)
    {
        if (count && pjmedia_wsola_discard(wsola, &waiting[0], count, NULL, 0, &by) == PJ_SUCCESS)
            count -= std::min(by, count);
    }

    void take(int16_t *samples, unsigned most)
    {
        if (samples)
            std::copy(&waiting[0], &waiting[0] + most, samples);
        std::copy(&waiting[0] + most, &waiting[0] + count, &waiting[0]);
        count -= most;
    }

    std::mutex turn;
    pjmedia_wsola *wsola;
    const unsigned frame;
    std::vector<int16_t> waiting;
    /* How much waits, the least that was left over in this window, and its length so far. */
    unsigned count, spare, puts;
    pj_bool_t made_up;
};

/* What the port knows; it lives as long as the port and may outlive the HotlineModemPort. */
struct modem_data
{
    std::unique_ptr<Crossing> from_modem, to_modem;
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
    modem_data *data = new modem_data;
    data->pool = pool;
    port->port_data.pdata = data;
    port->put_frame = &put_frame;
    port->get_frame = &get_frame;
    port->on_destroy = &on_destroy;

    pj_status_t status = pjmedia_port_init_grp_lock(port, pool, NULL);
    if (status != PJ_SUCCESS) {
        port = NULL;
        delete data;
        pj_pool_release(pool);
        PJSUA2_RAISE_ERROR(status);
    }
    try {
        data->from_modem.reset(new Crossing(pool, clock_rate, samples, max_delay_ms));
        data->to_modem.reset(new Crossing(pool, clock_rate, samples, max_delay_ms));
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
    pj_pool_t *pool = data->pool;

    delete data;
    pj_pool_release(pool);
    return PJ_SUCCESS;
}

pj_status_t HotlineModemPort::put_frame(pjmedia_port *port, pjmedia_frame *frame)
{
    /* Else the bridge's heartbeat to a port that nobody transmits to: what is made up fades out. */
    if (frame->type == PJMEDIA_FRAME_TYPE_AUDIO)
        data_of(port)->to_modem->put((const int16_t *)frame->buf);
    return PJ_SUCCESS;
}

pj_status_t HotlineModemPort::get_frame(pjmedia_port *port, pjmedia_frame *frame)
{
    frame->type = PJMEDIA_FRAME_TYPE_AUDIO;
    frame->size = PJMEDIA_PIA_SPF(&port->info) * 2;
    data_of(port)->from_modem->get((int16_t *)frame->buf);
    return PJ_SUCCESS;
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
        data->from_modem->reset();
        data->to_modem->reset();
    }
    last = now;
    for (unsigned n = 0; n < frames; ++n) {
        data->from_modem->put(heard + n * samples);
        data->to_modem->get(sent + n * samples);
    }
}
