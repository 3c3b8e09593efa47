/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pjsua2/hotline_modem_port.hpp>

#include <algorithm>
#include <cstring>
#include <vector>

#include <pjmedia/wsola.h>
#include "util.hpp"

#define THIS_FILE "hotline_modem_port.cpp"

using namespace pj;

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
class HotlineModemPort::Crossing
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
    pjmedia_wsola *wsola; /* all of it is in the pool */
    const unsigned frame;
    std::vector<int16_t> waiting;
    /* How much waits, the least that was left over in this window, and its length so far. */
    unsigned count, spare, puts;
    pj_bool_t made_up;
};

HotlineModemPort::HotlineModemPort(unsigned clock_rate, unsigned max_delay_ms) PJSUA2_THROW(Error)
    : HotlinePort("modem%p", clock_rate, 4000)
{
    if (clock_rate / 1000 * max_delay_ms < 2 * samples)
        PJSUA2_RAISE_ERROR(PJ_EINVAL);
    from_modem.reset(new Crossing(pool, clock_rate, samples, max_delay_ms));
    to_modem.reset(new Crossing(pool, clock_rate, samples, max_delay_ms));
    join(PJMEDIA_SIG_CLASS_APP('M', 'D', 'M'), PJMEDIA_DIR_ENCODING_DECODING);
}

HotlineModemPort::~HotlineModemPort()
{
    close();
}

void HotlineModemPort::put(const int16_t *frame, unsigned)
{
    to_modem->put(frame);
}

void HotlineModemPort::get(int16_t *frame, unsigned)
{
    from_modem->get(frame);
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
    const clock::time_point now = clock::now();
    if (now - last > NEW_CALL) {
        from_modem->reset();
        to_modem->reset();
    }
    last = now;
    for (unsigned n = 0; n < frames; ++n) {
        from_modem->put(heard + n * samples);
        to_modem->get(sent + n * samples);
    }
}
