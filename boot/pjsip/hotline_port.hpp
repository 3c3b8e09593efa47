/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOTLINE_PORT_HPP
#define HOTLINE_PORT_HPP

#include <cstdint>
#include <mutex>

#include <pjsua2/media.hpp>

namespace pj
{

/*
 * A port of the bridge, mono and 16 bit, in frames of 20 ms: how it comes
 * onto the bridge and how it dies. Made and closed in the thread that owns
 * PJSIP.
 */
class HotlinePort : public AudioMedia
{
public:
    /* Leaves the bridge. Harmless when repeated; to be called before libDestroy(). */
    void close();

protected:
    /* name: shown by PJSIP. room: bytes that its pool grows by. */
    HotlinePort(const char *name, unsigned clock_rate, unsigned room) PJSUA2_THROW(Error);

    /* Whoever is derived closes it first: its put() and get() are called until then. */
    virtual ~HotlinePort();

    /* Joins the bridge, once. */
    void join(unsigned signature, pjmedia_dir dir) PJSUA2_THROW(Error);

    /* The bridge brings a frame, in its clock thread; not while nobody transmits to the port. */
    virtual void put(const int16_t *frame, unsigned count) = 0;

    /* The bridge takes a frame, in its clock thread; only of a port that speaks. */
    virtual void get(int16_t *frame, unsigned count);

    /* How many samples a frame has. */
    const unsigned samples;
    /* For what put() and get() need; it may live longer than we. */
    pj_pool_t *pool;
    /* None before join() and after close(), which holds `closing`. */
    pjmedia_port *port;
    std::mutex closing;

private:
    HotlinePort(const HotlinePort &);
    HotlinePort &operator=(const HotlinePort &);

    static pj_status_t put_frame(pjmedia_port *port, pjmedia_frame *frame);
    static pj_status_t get_frame(pjmedia_port *port, pjmedia_frame *frame);
    static pj_status_t on_destroy(pjmedia_port *port);

    const char *const name;
    const unsigned clock_rate;
};

} // namespace pj

#endif
