#include "talk.h"

#define FIRMWARE 1 /* counts releases of this firmware; the wire has a version of its own */

struct guardian_event talk_event(const struct wire_message *message, bool *answered)
{
    struct guardian_event event = {EVENT_TICK, 0};
    bool from_box = !(message->kind & 0x80);

    *answered = from_box;
    if (message->version != WIRE_VERSION)
        return event;
    switch (message->kind) {
    case WIRE_HEARTBEAT:
        if (message->length == 1 && message->body[0] <= 1)
            event = (struct guardian_event){EVENT_HEARTBEAT, message->body[0]};
        break;
    case WIRE_CYCLE_MODEM:
        if (message->length == 1 && message->body[0])
            event = (struct guardian_event){EVENT_CYCLE_MODEM, message->body[0]};
        break;
    case WIRE_GOODBYE:
        if (message->length == 0)
            event = (struct guardian_event){EVENT_GOODBYE, 0};
        break;
    default:
        break;
    }
    return event;
}

struct wire_message talk_report(const struct guardian *guardian, uint32_t uptime_s)
{
    struct wire_message report = {WIRE_VERSION, WIRE_REPORT, 10, {0}};

    report.body[0] = FIRMWARE;
    report.body[1] = guardian_pins(guardian);
    report.body[2] = guardian->restarts;
    report.body[3] = guardian->watchdog;
    report.body[4] = guardian->pi_cuts;
    report.body[5] = guardian->modem_cycle;
    report.body[6] = (uint8_t)(uptime_s >> 24);
    report.body[7] = (uint8_t)(uptime_s >> 16);
    report.body[8] = (uint8_t)(uptime_s >> 8);
    report.body[9] = (uint8_t)uptime_s;
    return report;
}
