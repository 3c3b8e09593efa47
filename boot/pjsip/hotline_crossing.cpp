/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pjsua2/hotline_crossing.hpp>

#include <algorithm>
#include <cmath>

#include "util.hpp"

#define THIS_FILE "hotline_crossing.cpp"

using namespace pj;

/* How much later than the last time a frame may come, seconds. */
static const double GUARD = 0.006;

/* The same of the first frame: to wait for one more costs nothing yet. */
static const double FIRST_GUARD = 0.007;

/* How often is judged how much waits, in frames. */
static const unsigned WINDOW = 25;

/* Made up frames after which the sound has stopped, and was not late; WSOLA has faded out. */
static const unsigned STOPPED = 6;

/* How much faster or slower is read at most, and seconds in which a difference would be gone. */
static const double MOST = 0.002, WITHIN = 2.0;

/*
 * Between samples: a sinc under Kaiser's window (beta 5), flat up to 3.4 kHz at 8000 samples a
 * second, in steps of 1/64 sample with straight lines between them. Errors are 54 dB down.
 */
static const unsigned HALF = 12, TAPS = 2 * HALF, STEPS = 64;

static double bessel(double x)
{
    double sum = 1, term = 1;
    for (int n = 1; n < 20; ++n)
        sum += term *= (x / 2 / n) * (x / 2 / n);
    return sum;
}

struct Taps
{
    float at[STEPS + 1][TAPS];

    Taps()
    {
        for (unsigned step = 0; step <= STEPS; ++step) {
            float sum = 0;
            for (unsigned tap = 0; tap < TAPS; ++tap) {
                const double x = (double)tap - (HALF - 1) - (double)step / STEPS;
                const double edge = std::min(1.0, std::fabs(x) / HALF);
                const double sinc = x == 0 ? 1 : std::sin(PJ_PI * x) / (PJ_PI * x);
                at[step][tap] = (float)(sinc * bessel(5 * std::sqrt(1 - edge * edge)));
                sum += at[step][tap];
            }
            for (unsigned tap = 0; tap < TAPS; ++tap)
                at[step][tap] /= sum;
        }
    }
};

static int16_t between(const int16_t *samples, double place)
{
    static const Taps taps;
    const unsigned step = (unsigned)(place * STEPS);
    const float part = (float)(place * STEPS - step);
    const float *one = taps.at[step], *next = taps.at[step + 1];
    float sum = 0;

    for (unsigned tap = 0; tap < TAPS; ++tap)
        sum += samples[tap] * (one[tap] + part * (next[tap] - one[tap]));
    return (int16_t)std::lrint(std::max(-32768.0f, std::min(32767.0f, sum)));
}

HotlineCrossing::HotlineCrossing(pj_pool_t *pool, unsigned clock_rate, unsigned max_delay_ms)
    PJSUA2_THROW(Error)
    : frame(clock_rate / 50), wsola(NULL), most(clock_rate / 1000 * max_delay_ms),
      least(clock_rate / 1000), sound(HALF + most + 2 * frame), scratch(frame)
{
    if (!frame || most < 2 * frame)
        PJSUA2_RAISE_ERROR(PJ_EINVAL);
    pj_status_t status = pjmedia_wsola_create(pool, clock_rate, frame, 1, 0, &wsola);
    if (status != PJ_SUCCESS)
        PJSUA2_RAISE_ERROR(status);
    reset();
}

void HotlineCrossing::reset()
{
    std::lock_guard<std::mutex> guard(turn);

    pjmedia_wsola_reset(wsola, 0);
    pjmedia_wsola_generate(wsola, &scratch[0]); /* as after a gap, see put() */
    came = 0;
    fresh = 0;
    made_up = STOPPED;
    margin = least;
    empty();
}

/* What was made up has faded out; whatever comes next shall not wait behind it. */
void HotlineCrossing::empty()
{
    std::fill(sound.begin(), sound.end(), 0);
    begins = true;
    count = looks = 0;
    place = 0;
    pace = 1;
    spare = (int)most;
    std::fill(before, before + 4, margin);
}

/*
 * WSOLA gives what it is given 5 ms later, to be able to go on from there. Only a copy goes
 * through it; after a gap its first 5 ms lead over to the frame, whose own end it still holds.
 */
void HotlineCrossing::put(const int16_t *samples, double now)
{
    std::lock_guard<std::mutex> guard(turn);
    const unsigned held = frame / 4;

    std::copy(samples, samples + frame, &scratch[0]);
    pjmedia_wsola_save(wsola, &scratch[0], made_up != 0);
    if (!made_up) {
        append(samples, frame);
    } else {
        const unsigned past = made_up < STOPPED ? 0 : held - HALF - least; /* silence */
        append(&scratch[past], frame - past);
        append(samples + frame - held, held);
        if (made_up < STOPPED)
            margin = std::min(margin + held, frame);
    }
    made_up = 0;
    if (now - came > GUARD)
        fresh = 0;
    fresh += frame;
    came = now;
}

void HotlineCrossing::get(int16_t *samples, double now)
{
    std::lock_guard<std::mutex> guard(turn);

    const unsigned needed = (unsigned)(place + (frame - 1) * pace) + HALF + 1;
    if (begins) {
        begins = needed > count - (now - came < FIRST_GUARD ? std::min(fresh, count) : 0);
        if (!begins && count > needed + 2 * frame)
            skip(count - needed); /* the modem was open before the bridge took anything */
    }
    while (!begins && made_up < STOPPED && needed > count)
        make_up();
    if (made_up >= STOPPED)
        empty();
    if (begins) {
        std::fill(samples, samples + frame, 0);
    } else {
        take(samples);
        look(now);
    }
}

void HotlineCrossing::append(const int16_t *samples, unsigned many)
{
    if (count + many > most) {
        shorten(count + many - most);
        count = std::min(count, most - many);
    }
    std::copy(samples, samples + many, &sound[HALF + count]);
    count += many;
}

/* The oldest of what waits. */
void HotlineCrossing::skip(unsigned many)
{
    std::copy(&sound[HALF + many], &sound[HALF + count], &sound[HALF]);
    count -= many;
}

/* Out of what is not looked at yet, between two periods of the voice. */
void HotlineCrossing::shorten(unsigned by)
{
    if (count > HALF
        && pjmedia_wsola_discard(wsola, &sound[2 * HALF], count - HALF, NULL, 0, &by) == PJ_SUCCESS)
        count -= std::min(by, count);
}

void HotlineCrossing::make_up()
{
    const unsigned known = made_up ? 0 : frame / 4; /* see put() */

    if (pjmedia_wsola_generate(wsola, &scratch[0]) != PJ_SUCCESS)
        std::fill(scratch.begin(), scratch.end(), 0);
    append(&scratch[known], frame - known);
    ++made_up;
}

void HotlineCrossing::take(int16_t *samples)
{
    const bool as_it_is = place == 0 && pace == 1;

    if (as_it_is)
        std::copy(&sound[HALF], &sound[HALF] + frame, samples);
    for (unsigned n = 0; !as_it_is && n < frame; ++n) {
        const double at = place + n * pace;
        samples[n] = between(&sound[(unsigned)at + 1], at - std::floor(at));
    }
    place += frame * pace;
    const unsigned read = (unsigned)place;
    std::copy(&sound[read], &sound[HALF + count], &sound[0]);
    count -= read;
    place -= read;
}

void HotlineCrossing::look(double now)
{
    const unsigned sure = now - came < GUARD ? fresh : 0;

    spare = std::min(spare, (int)count - (int)HALF - (int)sure);
    if (++looks < WINDOW)
        return;
    steer();
    looks = 0;
    spare = (int)most;
}

/*
 * More is gained as soon as too little is spare, and given up when it was not needed for a while.
 * Where nothing presses, sound passes as it is: only what is off by 2.5 ms is set right, and then
 * wholly. What was left by a stall is more than clocks ever differ by, and is cut out.
 */
void HotlineCrossing::steer()
{
    std::copy(before + 1, before + 4, before);
    before[3] = spare;
    const int seen = *std::min_element(before, before + 4), wanted = (int)margin;
    const int off = spare < wanted ? spare - wanted : std::max(0, seen - wanted);
    const bool steering = pace != 1 || spare < 0 || std::abs(off) > (int)frame / 8;

    if (off > (int)(frame + frame / 4))
        shorten(frame / 2);
    const double change = off / (WITHIN * 50 * frame);
    pace = steering && std::abs(off) > 4 ? 1 + std::max(-MOST, std::min(MOST, change)) : 1;
    if (margin > least)
        --margin;
}
