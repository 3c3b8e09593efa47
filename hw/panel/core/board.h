/* What the guardian needs of a microcontroller. Each board/<mcu> has these and nothing else. */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "kept.h"

/* In memory that no start clears. */
extern struct kept board_kept;

/* Whether the board lost its power, and whether the watchdog restarted it. Known before main. */
bool board_had_no_power(void);
bool board_watchdog_bit(void);

void board_pins(uint8_t pins);
void board_start(void);
uint32_t board_ms(void);
bool board_read(uint8_t *byte);
void board_write(uint8_t byte);
void board_pat_watchdog(void);
void board_sleep(void);

#endif
