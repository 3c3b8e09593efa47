/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOTLINE_MODEM_PORT_HPP
#define HOTLINE_MODEM_PORT_HPP

#include <memory>

#include <pjsua2/hotline_crossing.hpp>
#include <pjsua2/hotline_port.hpp>

namespace pj
{

/*
 * A modem's two-way sound on the bridge, mono and 16 bit. Two clocks meet
 * here: the bridge takes and brings a frame of 20 ms in its own time, the
 * modem exchanges frames in its own. Each direction has a crossing between
 * them. When the modem begins again after a pause, with the next call,
 * nothing of the last one waits any more.
 *
 * exchange() may be called by any one thread, also after close(): it then
 * gives silence.
 */
class HotlineModemPort : public HotlinePort
{
public:
    /* max_delay_ms: of either direction. */
    HotlineModemPort(unsigned clock_rate, unsigned max_delay_ms) PJSUA2_THROW(Error);

    virtual ~HotlineModemPort();

    /* How many samples a frame has. */
    unsigned frame() const;

    /*
     * Gives `frames` frames heard by the modem, takes out as many for it to
     * send. Waits at most for the moment in which the bridge is inside the
     * same buffer.
     */
    void exchange(const int16_t *heard, int16_t *sent, unsigned frames);

private:
    virtual void put(const int16_t *frame, unsigned count);
    virtual void get(int16_t *frame, unsigned count);

    std::unique_ptr<HotlineCrossing> from_modem, to_modem;
    /* Of the last exchange(), seconds. */
    double last;
};

} // namespace pj

#endif
