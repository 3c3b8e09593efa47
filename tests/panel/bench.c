/* The guardian's firmware in simavr, on a bench: its wire, its pins, its power.
 *
 *   bench FIRMWARE.elf            time passes only by `run`
 *   bench FIRMWARE.elf PORT SPEED the wire is a serial port at PORT; SPEED s pass in a second
 *
 * Told on stdin: run MS | skip ADDRESS MS (puts forward its clock, which lies there) | feed HEX | hang | reset | brownout | power | unplug | plug.
 * Tells on stdout, each with the microsecond of the board's time:
 *   pins US RMPL (1, 0, or - while the pin floats) | heard US (a zero byte) | sent US HEX | done US
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>

#define HZ 16000000ULL
#define BYTE_CYCLES (HZ * 10 / 115200)
#define SLICE_CYCLES (HZ / 1000)
enum { DDRB = 0x24, PORTB, DDRD = 0x2A, PORTD, MCUSR = 0x54 };
enum { PORF = 1, EXTRF = 2, BORF = 4 };

static avr_t *avr;
static avr_irq_t *wire;
static uint8_t to_board[65536], from_board[65536];
static size_t to_board_in, to_board_out, sent;
static avr_cycle_count_t next_byte;
static char pins[8] = "?";
static uint16_t word_at_hang;
static avr_flashaddr_t hung_at;
static int hung, port = -1, far_end = -1;
static const char *port_name;

static unsigned long long us(void) { return avr->cycle / (HZ / 1000000); }

static void tell_sent(void)
{
    if (!sent)
        return;
    printf("sent %llu ", us());
    for (size_t i = 0; i < sent; i++)
        printf("%02x", from_board[i]);
    puts("");
    sent = 0;
}

static void on_sent(struct avr_irq_t *irq, uint32_t byte, void *unused)
{
    uint8_t one = (uint8_t)byte;

    (void)irq, (void)unused;
    if (port >= 0 && write(port, &one, 1) < 0 && errno != EAGAIN)
        perror("port");
    if (sent < sizeof from_board)
        from_board[sent++] = one;
    if (!one)
        tell_sent();
}

static char level(int ddr, int latch, int bit)
{
    if (!(avr->data[ddr] >> bit & 1))
        return '-';
    return avr->data[latch] >> bit & 1 ? '1' : '0';
}

static void look_at_pins(void)
{
    static uint8_t before[4] = {0xFF};
    uint8_t raw[4] = {avr->data[DDRB], avr->data[PORTB], avr->data[DDRD], avr->data[PORTD]};

    if (!memcmp(raw, before, sizeof raw)) /* looked at after each instruction */
        return;
    memcpy(before, raw, sizeof raw);

    char now[8] = {level(DDRD, PORTD, 2), level(DDRD, PORTD, 3), level(DDRD, PORTD, 4),
                   level(DDRB, PORTB, 5), 0};

    if (strcmp(now, pins)) {
        strcpy(pins, now);
        printf("pins %llu %s\n", us(), pins);
    }
}

static void feed_one(void)
{
    uint8_t byte;

    if (to_board_out == to_board_in || avr->cycle < next_byte)
        return;
    byte = to_board[to_board_out++ % sizeof to_board];
    avr_raise_irq(wire + UART_IRQ_INPUT, byte);
    next_byte = avr->cycle + BYTE_CYCLES;
    if (!byte)
        printf("heard %llu\n", us());
}

static void run_until(avr_cycle_count_t end)
{
    while (avr->cycle < end) {
        int state;

        feed_one();
        state = avr_run(avr);
        if (state == cpu_Crashed || state == cpu_Done) {
            puts("crashed");
            exit(1);
        }
        if (hung && avr->pc == 0) {
            memcpy(avr->flash + hung_at, &word_at_hang, 2);
            hung = 0;
        }
        look_at_pins();
    }
}

static void begin_anew(uint8_t why)
{
    avr_cycle_count_t now = avr->cycle;

    if (hung)
        memcpy(avr->flash + hung_at, &word_at_hang, 2);
    hung = 0;
    avr_reset(avr);
    avr->cycle = now;
    avr->data[MCUSR] = why;
    look_at_pins();
}

static void hang(void)
{
    static const uint16_t forever = 0xCFFF; /* rjmp to itself */

    hung_at = avr->pc;
    memcpy(&word_at_hang, avr->flash + hung_at, 2);
    memcpy(avr->flash + hung_at, &forever, 2);
    hung = 1;
}

static void plug(void)
{
    struct termios raw;

    if (openpty(&port, &far_end, NULL, NULL, NULL) < 0)
        exit(2);
    tcgetattr(far_end, &raw);
    cfmakeraw(&raw);
    tcsetattr(far_end, TCSANOW, &raw);
    fcntl(port, F_SETFL, O_NONBLOCK);
    unlink(port_name);
    if (symlink(ttyname(far_end), port_name) < 0)
        exit(2);
}

static void unplug(void)
{
    unlink(port_name);
    close(port);
    close(far_end);
    port = far_end = -1;
}

static void told(char *line)
{
    unsigned value, at;
    unsigned long span;

    if (sscanf(line, "run %lu", &span) == 1) {
        run_until(avr->cycle + span * (HZ / 1000));
    } else if (sscanf(line, "skip %x %lu", &at, &span) == 2) {
        uint32_t clock;

        memcpy(&clock, avr->data + at, sizeof clock);
        clock += (uint32_t)span;
        memcpy(avr->data + at, &clock, sizeof clock);
    } else if (!strncmp(line, "feed ", 5)) {
        for (char *hex = line + 5; sscanf(hex, "%2x", &value) == 1; hex += 2)
            to_board[to_board_in++ % sizeof to_board] = (uint8_t)value;
    } else if (!strcmp(line, "hang")) {
        hang();
    } else if (!strcmp(line, "reset")) {
        begin_anew(EXTRF);
    } else if (!strcmp(line, "brownout")) {
        begin_anew(BORF);
    } else if (!strcmp(line, "power")) {
        for (int at = 0x100; at <= avr->ramend; at++)
            avr->data[at] = (uint8_t)rand();
        begin_anew(PORF);
    } else if (!strcmp(line, "unplug")) {
        unplug();
    } else if (!strcmp(line, "plug")) {
        plug();
    }
    printf("done %llu\n", us());
}

/* False at its end: whoever watched is gone. */
static int listen_to_stdin(void)
{
    static char lines[262144];
    static size_t length;
    ssize_t came = read(0, lines + length, sizeof lines - length - 1);
    char *end;

    if (came <= 0)
        return 0;
    length += (size_t)came;
    lines[length] = 0;
    while ((end = strchr(lines, '\n'))) {
        *end = 0;
        told(lines);
        length -= (size_t)(end + 1 - lines);
        memmove(lines, end + 1, length + 1);
    }
    return 1;
}

static unsigned long long real_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (unsigned long long)now.tv_sec * 1000000000ULL + (unsigned long long)now.tv_nsec;
}

/* A machine that has no time makes the board slow, never the wire: nothing is caught up. */
static void in_real_time(double speed)
{
    unsigned long long due = real_ns();

    for (;;) {
        struct pollfd watched[2] = {{0, POLLIN, 0}, {port, POLLIN, 0}};
        uint8_t bytes[4096];
        ssize_t came;
        long long left = (long long)(due - real_ns());

        if (poll(watched, 2, left > 0 ? (int)(left / 1000000) + 1 : 0) < 0)
            exit(2);
        if (watched[0].revents && !listen_to_stdin())
            return;
        if (port >= 0 && (came = read(port, bytes, sizeof bytes)) > 0)
            for (ssize_t i = 0; i < came; i++)
                to_board[to_board_in++ % sizeof to_board] = bytes[i];
        if (real_ns() < due)
            continue;
        run_until(avr->cycle + SLICE_CYCLES);
        due = real_ns() - due > 5000000 ? real_ns() : due;
        due += (unsigned long long)(1000000 / speed);
    }
}

static void no_sleep(avr_t *unused, avr_cycle_count_t cycles) { (void)unused, (void)cycles; }
static void quiet(avr_t *unused, const int level_, const char *words, va_list more)
{
    (void)unused, (void)level_, (void)words, (void)more;
}

int main(int count, char **arguments)
{
    elf_firmware_t firmware;
    uint32_t flags = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    memset(&firmware, 0, sizeof firmware);
    if (count < 2 || elf_read_firmware(arguments[1], &firmware))
        return 2;
    avr_global_logger_set(quiet);
    avr = avr_make_mcu_by_name("atmega328p");
    if (!avr)
        return 2;
    avr_init(avr);
    firmware.frequency = HZ;
    avr_load_firmware(avr, &firmware);
    avr->frequency = HZ;
    avr->sleep = no_sleep;
    avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
    wire = avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), 0);
    avr_irq_register_notify(wire + UART_IRQ_OUTPUT, on_sent, NULL);
    begin_anew(PORF);
    if (count > 3) {
        port_name = arguments[2];
        plug();
        in_real_time(atof(arguments[3]));
        unplug();
    } else {
        while (listen_to_stdin())
            ;
    }
    return 0;
}
