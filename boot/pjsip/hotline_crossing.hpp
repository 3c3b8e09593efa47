/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOTLINE_CROSSING_HPP
#define HOTLINE_CROSSING_HPP

#include <cstdint>
#include <mutex>
#include <vector>

#include <pjmedia/wsola.h>
#include <pjsua2/types.hpp>

namespace pj
{

/*
 * Sound on its way from one clock to another, in frames of 20 ms, mono and
 * 16 bit. One thread puts, one gets, each by its own clock and some of them
 * late; instants are seconds of any steady clock.
 *
 * So little waits that each get() would still have found its frame if the
 * last put() had come GUARD later. What the clocks differ by is made up by
 * reading a little faster or slower, a 500th at most and only now and then:
 * nothing is ever cut out or put in for it, and keys in the sound stay within
 * what is taken for them (ITU-T Q.24: 1.5 %). Only where a frame came too
 * late something is made up (PJMEDIA's WSOLA), and more waits for a while.
 */
class HotlineCrossing
{
public:
    /* pool: of PJSIP, outlives it. max_delay_ms: what waits at most. */
    HotlineCrossing(pj_pool_t *pool, unsigned clock_rate, unsigned max_delay_ms)
        PJSUA2_THROW(Error);

    /* A frame has come. */
    void put(const int16_t *samples, double now);

    /* A frame is wanted. */
    void get(int16_t *samples, double now);

    /* Nothing waits any more. */
    void reset();

    /* How many samples a frame has. */
    const unsigned frame;

private:
    HotlineCrossing(const HotlineCrossing &);
    HotlineCrossing &operator=(const HotlineCrossing &);

    void empty();
    void append(const int16_t *samples, unsigned many);
    void skip(unsigned many);
    void shorten(unsigned by);
    void make_up();
    void take(int16_t *samples);
    void look(double now);
    void steer();

    std::mutex turn;
    pjmedia_wsola *wsola; /* all of it is in the pool */
    const unsigned most, least;
    /* What was read last and is still looked back at, then what waits: `count` of them. */
    std::vector<int16_t> sound;
    std::vector<int16_t> scratch;
    unsigned count;
    /* Where between two samples is read, and how fast. */
    double place, pace;
    /* Nothing was given yet since the sound began. */
    bool begins;
    /* Frames made up in a row; how much came with the last put(), and when. */
    unsigned made_up, fresh;
    double came;
    /* Of the present window: its length so far, the least that was spare; of the last ones. */
    unsigned looks;
    int spare, before[4];
    /* What shall be spare at least. */
    unsigned margin;
};

} // namespace pj

#endif
