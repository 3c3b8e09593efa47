/* Registers of the ATmega328P at 16 MHz. What is decided with them stands in core. */
#include "board.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <avr/wdt.h>
#include <util/atomic.h>

#include "run.h"

#define RELAY PD2     /* through a gate that keeps its charge over a reset */
#define MODEM_OFF PD3 /* each pulled low: floating, the power is on */
#define PI_OFF PD4
#define LOST PB5      /* the lamp of an Arduino Nano */

#define TICK_MS 4
#define MOST_WAITING 128 /* of two; a power of two */

struct kept board_kept __attribute__((section(".noinit")));
static uint8_t why __attribute__((section(".noinit"))); /* MCUSR as the reset left it */

static volatile uint8_t heard[MOST_WAITING], heard_in, heard_out;
static volatile uint32_t ms;

/* Before .data and .bss: about 1 ms of work after the reset, and the pins stand again. */
void board_first(void) __attribute__((naked, used, section(".init3")));
void board_first(void)
{
    why = MCUSR;
    MCUSR = 0;
    wdt_enable(WDTO_500MS); /* from the first moment, also when this start hangs */
    run_first();
}

bool board_had_no_power(void)
{
    return why & _BV(PORF);
}

bool board_watchdog_bit(void)
{
    return why & _BV(WDRF);
}

void board_pins(uint8_t pins)
{
    uint8_t power = 0;

    if (pins & PIN_RELAY)
        power |= _BV(RELAY);
    if (pins & PIN_MODEM_OFF)
        power |= _BV(MODEM_OFF);
    if (pins & PIN_PI_OFF)
        power |= _BV(PI_OFF);
    /* The level before the direction: a pin never shows what was not decided. */
    PORTD = (uint8_t)((PORTD & ~(_BV(RELAY) | _BV(MODEM_OFF) | _BV(PI_OFF))) | power);
    DDRD |= _BV(RELAY) | _BV(MODEM_OFF) | _BV(PI_OFF);
    if (pins & PIN_LOST)
        PORTB |= _BV(LOST);
    else
        PORTB &= (uint8_t)~_BV(LOST);
    DDRB |= _BV(LOST);
}

void board_start(void)
{
    TCCR0A = _BV(WGM01); /* 16 MHz / 256 / 250: 4 ms */
    OCR0A = 249;
    TIMSK0 = _BV(OCIE0A);
    TCCR0B = _BV(CS02);

    UCSR0A = _BV(U2X0); /* 115200 8N1, 2.1 % fast as on every board with this crystal */
    UBRR0 = 16;
    UCSR0C = _BV(UCSZ01) | _BV(UCSZ00);
    UCSR0B = _BV(RXEN0) | _BV(TXEN0) | _BV(RXCIE0);

    set_sleep_mode(SLEEP_MODE_IDLE);
    sei();
}

uint32_t board_ms(void)
{
    uint32_t now;

    ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
        now = ms;
    }
    return now;
}

bool board_read(uint8_t *byte)
{
    if (heard_out == heard_in)
        return false;
    *byte = heard[heard_out];
    heard_out = (uint8_t)((heard_out + 1) % MOST_WAITING);
    return true;
}

void board_write(uint8_t byte)
{
    loop_until_bit_is_set(UCSR0A, UDRE0);
    UDR0 = byte;
}

void board_pat_watchdog(void)
{
    wdt_reset();
}

void board_sleep(void)
{
    sleep_mode(); /* the next byte or tick wakes it */
}

ISR(TIMER0_COMPA_vect)
{
    ms += TICK_MS;
}

ISR(USART_RX_vect)
{
    uint8_t byte = UDR0, next = (uint8_t)((heard_in + 1) % MOST_WAITING);

    if (next != heard_out) { /* full: a frame is lost, and the next zero byte mends it */
        heard[heard_in] = byte;
        heard_in = next;
    }
}

int main(void)
{
    run();
}
