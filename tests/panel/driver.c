/* The guardian's core on this machine, under the sanitizers; a line in, a line out.
 *
 * hear HEX -> [VERSION KIND BODY;]...      encode VERSION KIND BODY -> HEX
 * new      -> zeros                        step KIND VALUE MS -> pins cuts cycle restarts watchdog
 * restart WATCHDOG -> the same             tear SEED -> 1: what was saved last came back whole
 * ask VERSION KIND BODY -> event, value, answered?   report -> VERSION KIND BODY
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guardian.h"
#include "kept.h"
#include "talk.h"
#include "wire.h"

static struct wire_reader reader;
static struct guardian guardian;

static void hear(const char *hex)
{
    struct wire_message message;
    unsigned byte;

    for (; sscanf(hex, "%2x", &byte) == 1; hex += 2) {
        if (!wire_hear(&reader, (uint8_t)byte, &message))
            continue;
        printf("%u %u ", message.version, message.kind);
        for (uint8_t i = 0; i < message.length; i++)
            printf("%02x", message.body[i]);
        printf(";");
    }
}

static void encode(unsigned version, unsigned kind, const char *hex)
{
    struct wire_message message = {(uint8_t)version, (uint8_t)kind, 0, {0}};
    uint8_t frame[WIRE_MOST_FRAME];
    unsigned byte;

    for (; sscanf(hex, "%2x", &byte) == 1 && message.length < WIRE_MOST_BODY; hex += 2)
        message.body[message.length++] = (uint8_t)byte;
    for (uint8_t i = 0, length = wire_encode(&message, frame); i < length; i++)
        printf("%02x", frame[i]);
}

static void tell(unsigned pins)
{
    printf("%u %u %u %u %u", pins, guardian.pi_cuts, guardian.modem_cycle, guardian.restarts,
           guardian.watchdog);
}

/* A save that broke off after any number of its bytes leaves the copy before it, or is whole. */
static int torn(unsigned seed)
{
    struct kept before, kept, half;
    struct guardian first, second, back;
    uint8_t *was = (uint8_t *)&before, *is = (uint8_t *)&kept, *mixed = (uint8_t *)&half;

    srand(seed);
    memset(&kept, 0, sizeof kept);
    memset(&first, 0, sizeof first);
    if (kept_load(&kept, &back))
        return 0;
    for (int saves = rand() % 600; saves >= 0; saves--) {
        first.now_ms = (uint32_t)rand();
        kept_save(&kept, &first);
    }
    second = first;
    second.now_ms = (uint32_t)rand();
    second.takes_line = 1;
    before = kept;
    kept_save(&kept, &second);
    for (size_t cut = 0; cut <= sizeof kept; cut++) {
        memcpy(mixed, is, cut);
        memcpy(mixed + cut, was + cut, sizeof kept - cut);
        if (!kept_load(&half, &back))
            return 0;
        if (memcmp(&back, &first, sizeof back) && memcmp(&back, &second, sizeof back))
            return 0;
    }
    return kept_load(&kept, &back) && !memcmp(&back, &second, sizeof back);
}

int main(void)
{
    static char line[1 << 20], hex[1 << 19];
    unsigned a, b;
    unsigned long at;

    while (fgets(line, sizeof line, stdin)) {
        hex[0] = 0;
        if (sscanf(line, "hear %524287s", hex) == 1) {
            hear(hex);
        } else if (sscanf(line, "encode %u %u %524287s", &a, &b, hex) >= 2) {
            encode(a, b, hex);
        } else if (!strncmp(line, "new", 3)) {
            memset(&guardian, 0, sizeof guardian);
            memset(&reader, 0, sizeof reader);
        } else if (sscanf(line, "step %u %u %lu", &a, &b, &at) == 3) {
            tell(guardian_step(&guardian, (struct guardian_event){(uint8_t)a, (uint8_t)b},
                               (uint32_t)at));
        } else if (sscanf(line, "restart %u", &a) == 1) {
            guardian_restarted(&guardian, a);
            tell(guardian_pins(&guardian));
        } else if (sscanf(line, "tear %u", &a) == 1) {
            printf("%d", torn(a));
        } else if (!strncmp(line, "report", 6)) {
            struct wire_message report = talk_report(&guardian, 0x01020304);
            printf("%u %u ", report.version, report.kind);
            for (uint8_t i = 0; i < report.length; i++)
                printf("%02x", report.body[i]);
        } else if (sscanf(line, "ask %u %u %524287s", &a, &b, hex) >= 2) {
            struct wire_message message = {(uint8_t)a, (uint8_t)b, 0, {0}};
            struct guardian_event event;
            bool answered;
            unsigned byte;

            for (char *one = hex; sscanf(one, "%2x", &byte) == 1 && message.length < WIRE_MOST_BODY;
                 one += 2)
                message.body[message.length++] = (uint8_t)byte;
            event = talk_event(&message, &answered);
            printf("%u %u %d", event.kind, event.value, answered);
        }
        puts("");
        fflush(stdout);
    }
    return 0;
}
