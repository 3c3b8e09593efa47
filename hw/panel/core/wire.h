/* Bytes on the wire between the box and the guardian; the twin of hotline/panel/wire.py.
 *
 * A frame is COBS(version, kind, body..., CRC high, CRC low) and a zero byte. A zero byte is never
 * inside, so whoever lost the thread finds it again at the next one.
 */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stdint.h>

#define WIRE_VERSION 1
#define WIRE_MOST_BODY 16
#define WIRE_MOST_PLAIN (WIRE_MOST_BODY + 4) /* version, kind, body, CRC */
#define WIRE_MOST_FRAME (WIRE_MOST_PLAIN + 2) /* one byte of COBS, the zero byte */

enum wire_kind {
    WIRE_HEARTBEAT = 0x01,
    WIRE_CYCLE_MODEM = 0x02,
    WIRE_GOODBYE = 0x03,
    WIRE_REPORT = 0x81,
};

struct wire_message {
    uint8_t version;
    uint8_t kind;
    uint8_t length; /* of the body */
    uint8_t body[WIRE_MOST_BODY];
};

struct wire_reader {
    uint8_t frame[WIRE_MOST_PLAIN + 1];
    uint8_t length;
    bool too_long;
};

/* CRC-16/CCITT-FALSE, without a table: 0x29B1 of "123456789". */
uint16_t wire_crc(const uint8_t *bytes, uint8_t length);

/* The message as a frame; how many bytes that is. frame has room for WIRE_MOST_FRAME. */
uint8_t wire_encode(const struct wire_message *message, uint8_t *frame);

/* One more byte came. True when it completed a message; whatever is wrong is left out in silence. */
bool wire_hear(struct wire_reader *reader, uint8_t byte, struct wire_message *message);

#endif
