/* What the guardian does, and when: nothing here knows of a pin or a clock. */
#ifndef GUARDIAN_H
#define GUARDIAN_H

#include <stdbool.h>
#include <stdint.h>

#define LINE_HELD_MS 3000UL          /* so long without a heartbeat the line stays with the box */
#define PATIENCE_MS 300000UL         /* so long without one until the Pi's power is cut; doubles */
#define MOST_DOUBLINGS 8             /* of that wait: 21 h 20 min */
#define PI_OFF_MS 10000UL
#define STEADY_MS 600000UL           /* so much of heartbeats, and the wait is short again */
#define MODEM_OFF_MS 5000UL
#define MODEM_REST_MS 60000UL        /* between two cuts of the modem's power */
#define RESTART_COSTS_MS 700UL       /* more than the watchdog's wait and the start together */

enum guardian_pins {
    PIN_RELAY = 1,     /* the line goes through the box */
    PIN_MODEM_OFF = 2,
    PIN_PI_OFF = 4,
    PIN_LOST = 8,      /* the lamp: no heartbeat */
};

enum guardian_event_kind { EVENT_TICK, EVENT_HEARTBEAT, EVENT_CYCLE_MODEM, EVENT_GOODBYE };

struct guardian_event {
    uint8_t kind;
    uint8_t value; /* of a heartbeat: take the line?; of a cycle: its number */
};

/* All that is known; starts as zeros. Times are spans, which stop at the most they need. */
struct guardian {
    uint32_t now_ms;
    uint32_t silent_ms;     /* since the last heartbeat, or since the Pi got its power again */
    uint32_t steady_ms;     /* of heartbeats without a gap */
    uint32_t pi_off_ms;     /* still to go */
    uint32_t modem_off_ms;  /* still to go */
    uint32_t modem_rest_ms; /* still to go */
    uint8_t takes_line;
    uint8_t heard;          /* a heartbeat since the board got power */
    uint8_t lost;           /* none within LINE_HELD_MS */
    uint8_t rests;          /* the box said goodbye: it is off on purpose */
    uint8_t doublings;
    uint8_t modem_cycle;    /* the number of the last one carried out */
    uint8_t pi_cuts;        /* since the board got power; stays at 255 */
    uint8_t restarts;       /* of the board without a loss of power; stays at 255 */
    uint8_t watchdog;       /* how many of those the watchdog made */
};

/* The one decision: what happened at this moment, and which pins are on from here. */
uint8_t guardian_step(struct guardian *guardian, struct guardian_event event, uint32_t now_ms);

/* The board began anew with its memory kept: its clock is at 0 again, the rest goes on. */
void guardian_restarted(struct guardian *guardian, bool by_watchdog);

/* The pins as they stand, without a moment passing. */
uint8_t guardian_pins(const struct guardian *guardian);

#endif
