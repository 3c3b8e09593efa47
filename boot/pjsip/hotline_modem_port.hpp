/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOTLINE_MODEM_PORT_HPP
#define HOTLINE_MODEM_PORT_HPP

#include <chrono>
#include <cstdint>
#include <mutex>

#include <pjsua2/media.hpp>

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
 * Made and closed in the thread that owns PJSIP. exchange() may be called by any
 * one thread, also after close(): it then gives silence.
 */
class HotlineModemPort : public AudioMedia
{
public:
    /* max_delay_ms: of either direction; in a quiet time a frame waits or less. */
    HotlineModemPort(unsigned clock_rate, unsigned max_delay_ms) PJSUA2_THROW(Error);

    /* Does nothing that PJSIP would notice if the port was closed. */
    virtual ~HotlineModemPort();

    /* Leaves the bridge. Harmless when repeated; to be called before libDestroy(). */
    void close();

    /* How many samples a frame has. */
    unsigned frame() const;

    /*
     * Gives `frames` frames heard by the modem, takes out as many for it to
     * send. Waits at most for the moment in which the bridge is inside the
     * same buffer.
     */
    void exchange(const int16_t *heard, int16_t *sent, unsigned frames);

private:
    HotlineModemPort(const HotlineModemPort &);
    HotlineModemPort &operator=(const HotlineModemPort &);

    static pj_status_t put_frame(pjmedia_port *port, pjmedia_frame *frame);
    static pj_status_t get_frame(pjmedia_port *port, pjmedia_frame *frame);
    static pj_status_t on_destroy(pjmedia_port *port);

    typedef std::chrono::steady_clock clock;

    const unsigned samples;
    /* Of the last exchange(). */
    clock::time_point last;
    /* Between exchange() and close(). */
    std::mutex closing;
    pjmedia_port *port;
};

} // namespace pj

#endif
