/* What a message asks of the guardian, and what it answers. */
#ifndef TALK_H
#define TALK_H

#include "guardian.h"
#include "wire.h"

/* The event that the message is, EVENT_TICK when it is none of ours. answered: the far side waits
 * for a report, which tells a stranger at least which version is spoken here. */
struct guardian_event talk_event(const struct wire_message *message, bool *answered);

/* All that the box wants to know. uptime_s: since the board began, also anew. */
struct wire_message talk_report(const struct guardian *guardian, uint32_t uptime_s);

#endif
