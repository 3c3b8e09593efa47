#include "run.h"

#include <string.h>

#include "board.h"
#include "talk.h"

#define SAVE_MS 50

void run_first(void)
{
    struct guardian was;

    if (!board_had_no_power() && kept_load(&board_kept, &was)) {
        guardian_restarted(&was, board_watchdog_bit());
    } else {
        memset(&board_kept, 0, sizeof board_kept);
        memset(&was, 0, sizeof was);
    }
    board_pins(guardian_pins(&was));
    kept_save(&board_kept, &was); /* so that each of many restarts costs its time */
}

static void answer(const struct guardian *guardian, uint32_t now_ms)
{
    struct wire_message report = talk_report(guardian, now_ms / 1000);
    uint8_t frame[WIRE_MOST_FRAME];
    uint8_t length = wire_encode(&report, frame);

    for (uint8_t i = 0; i < length; i++)
        board_write(frame[i]);
}

void run(void)
{
    struct guardian guardian = {0};
    struct wire_reader reader = {0};
    uint32_t saved_ms = 0;

    kept_load(&board_kept, &guardian);
    board_start();
    for (;;) {
        struct wire_message message = {0};
        uint32_t now_ms = board_ms();
        uint8_t byte;

        board_pins(guardian_step(&guardian, (struct guardian_event){EVENT_TICK, 0}, now_ms));
        while (board_read(&byte)) {
            bool answered;

            if (!wire_hear(&reader, byte, &message))
                continue;
            board_pins(guardian_step(&guardian, talk_event(&message, &answered), now_ms));
            kept_save(&board_kept, &guardian);
            if (answered)
                answer(&guardian, now_ms);
        }
        if (now_ms - saved_ms >= SAVE_MS) {
            saved_ms = now_ms;
            kept_save(&board_kept, &guardian);
        }
        board_pat_watchdog();
        board_sleep();
    }
}
