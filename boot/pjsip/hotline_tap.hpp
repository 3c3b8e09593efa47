/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOTLINE_TAP_HPP
#define HOTLINE_TAP_HPP

#include <atomic>
#include <vector>

#include <pjsua2/hotline_port.hpp>

namespace pj
{

/*
 * A port of the bridge that keeps what it hears, mono and 16 bit, until
 * somebody reads it. The bridge's clock thread only copies: it never enters
 * Python, so it never waits for the interpreter.
 *
 * One thread at a time reads, any thread, also after close(). Whoever reads
 * too late loses the newest sound, and lost() says how much.
 */
class HotlineTap : public HotlinePort
{
public:
    /* keeps_ms: how much sound waits for a reader. Frames of 20 ms. */
    HotlineTap(unsigned clock_rate, unsigned keeps_ms) PJSUA2_THROW(Error);

    virtual ~HotlineTap();

    /* How many samples wait. */
    unsigned waiting() const;

    /* Takes out as many samples as wait, `most` of them at most; how many. */
    unsigned take(int16_t *samples, unsigned most);

    /* Samples that found no room, since the tap was made. */
    unsigned long lost() const;

private:
    virtual void put(const int16_t *frame, unsigned count);

    std::vector<int16_t> ring;
    /* Samples ever written and ever read; their difference is what waits. */
    std::atomic<uint64_t> written, read;
    std::atomic<unsigned long> dropped;
};

} // namespace pj

#endif
