/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pjsua2/hotline_modem_port.hpp>

#include <chrono>
#include <cstring>

#include "util.hpp"

#define THIS_FILE "hotline_modem_port.cpp"

using namespace pj;

/* No modem pauses so long within a call: what waits is from before. Seconds. */
static const double NEW_CALL = 0.2;

static double seconds()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

HotlineModemPort::HotlineModemPort(unsigned clock_rate, unsigned max_delay_ms) PJSUA2_THROW(Error)
    : HotlinePort("modem%p", clock_rate, 4000),
      from_modem(new HotlineCrossing(pool, clock_rate, max_delay_ms)),
      to_modem(new HotlineCrossing(pool, clock_rate, max_delay_ms)), last(0)
{
    join(PJMEDIA_SIG_CLASS_APP('M', 'D', 'M'), PJMEDIA_DIR_ENCODING_DECODING);
}

HotlineModemPort::~HotlineModemPort()
{
    close();
}

void HotlineModemPort::put(const int16_t *frame, unsigned)
{
    to_modem->put(frame, seconds());
}

void HotlineModemPort::get(int16_t *frame, unsigned)
{
    from_modem->get(frame, seconds());
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
    const double now = seconds();
    if (now - last > NEW_CALL) {
        from_modem->reset();
        to_modem->reset();
    }
    last = now;
    for (unsigned n = 0; n < frames; ++n) {
        from_modem->put(heard + n * samples, now);
        to_modem->get(sent + n * samples, now);
    }
}
