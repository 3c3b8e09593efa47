#include "guardian.h"

static uint32_t more(uint32_t span, uint32_t passed, uint32_t most)
{
    return passed >= most || span >= most - passed ? most : span + passed;
}

static uint32_t less(uint32_t span, uint32_t passed)
{
    return passed >= span ? 0 : span - passed;
}

static uint8_t counted(uint8_t number)
{
    return number == UINT8_MAX ? number : (uint8_t)(number + 1);
}

static uint32_t patience(const struct guardian *g)
{
    return PATIENCE_MS << g->doublings;
}

static void let_time_pass(struct guardian *g, uint32_t passed)
{
    g->modem_off_ms = less(g->modem_off_ms, passed);
    g->modem_rest_ms = less(g->modem_rest_ms, passed);
    if (g->pi_off_ms) {
        g->pi_off_ms = less(g->pi_off_ms, passed);
        return;
    }
    g->silent_ms = more(g->silent_ms, passed, patience(g));
    if (g->silent_ms > LINE_HELD_MS) {
        g->lost = 1;
        g->takes_line = 0;
        g->steady_ms = 0;
    } else {
        g->steady_ms = more(g->steady_ms, passed, STEADY_MS);
    }
    if (g->steady_ms == STEADY_MS && !g->lost)
        g->doublings = 0;
}

static void cut_pi(struct guardian *g)
{
    g->pi_off_ms = PI_OFF_MS;
    g->silent_ms = 0;
    g->pi_cuts = counted(g->pi_cuts);
    if (g->doublings < MOST_DOUBLINGS)
        g->doublings++;
}

static void hear(struct guardian *g, struct guardian_event event)
{
    if (g->pi_off_ms) /* nobody can be there: noise on the wire of a board without power */
        return;
    switch (event.kind) {
    case EVENT_HEARTBEAT:
        if (g->lost || !g->heard)
            g->steady_ms = 0;
        g->silent_ms = 0;
        g->heard = 1;
        g->lost = 0;
        g->rests = 0;
        g->takes_line = event.value & 1;
        break;
    case EVENT_CYCLE_MODEM:
        if (event.value && event.value != g->modem_cycle && !g->modem_rest_ms) {
            g->modem_cycle = event.value;
            g->modem_off_ms = MODEM_OFF_MS;
            g->modem_rest_ms = MODEM_OFF_MS + MODEM_REST_MS;
        }
        break;
    case EVENT_GOODBYE:
        g->takes_line = 0;
        g->rests = 1;
        break;
    default:
        break;
    }
}

uint8_t guardian_step(struct guardian *g, struct guardian_event event, uint32_t now_ms)
{
    let_time_pass(g, now_ms - g->now_ms);
    g->now_ms = now_ms;
    hear(g, event);
    if (g->heard && g->lost && !g->rests && !g->pi_off_ms && g->silent_ms >= patience(g))
        cut_pi(g);
    return guardian_pins(g);
}

void guardian_restarted(struct guardian *g, bool by_watchdog)
{
    let_time_pass(g, RESTART_COSTS_MS);
    g->now_ms = 0;
    g->restarts = counted(g->restarts);
    if (by_watchdog)
        g->watchdog = counted(g->watchdog);
}

uint8_t guardian_pins(const struct guardian *g)
{
    uint8_t pins = 0;

    if (g->takes_line)
        pins |= PIN_RELAY;
    if (g->modem_off_ms)
        pins |= PIN_MODEM_OFF;
    if (g->pi_off_ms)
        pins |= PIN_PI_OFF;
    if (g->lost || !g->heard)
        pins |= PIN_LOST;
    return pins;
}
