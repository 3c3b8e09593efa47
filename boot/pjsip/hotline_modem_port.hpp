/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOTLINE_MODEM_PORT_HPP
#define HOTLINE_MODEM_PORT_HPP

#include <chrono>
#include <memory>

#include <pjsua2/hotline_port.hpp>

namespace pj
{

/*
 * A modem's two-way sound on the bridge, mono and 16 bit. Two clocks meet
 * here: the bridge takes and brings a frame of 20 ms in its own time, the
 * modem exchanges frames in its own. Each direction has a buffer between
 * them, which stretches or shortens speech (PJMEDIA's WSOLA) where the
 * crystals differ, and fades to silence when the modem has stopped. When it
 * begins again, with the next call, nothing of the last one waits any more.
 *
 * exchange() may be called by any one thread, also after close(): it then
 * gives silence.
 */
class HotlineModemPort : public HotlinePort
{
public:
    /* max_delay_ms: of either direction; in a quiet time a frame waits or less. */
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
    class Crossing;
    typedef std::chrono::steady_clock clock;

    virtual void put(const int16_t *frame, unsigned count);
    virtual void get(int16_t *frame, unsigned count);

    std::unique_ptr<Crossing> from_modem, to_modem;
    /* Of the last exchange(). */
    clock::time_point last;
};

} // namespace pj

#endif
