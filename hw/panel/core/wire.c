#include "wire.h"

uint16_t wire_crc(const uint8_t *bytes, uint8_t length)
{
    uint16_t crc = 0xFFFF;

    while (length--) {
        crc ^= (uint16_t)((uint16_t)*bytes++ << 8);
        for (uint8_t bit = 0; bit < 8; bit++)
            crc = (uint16_t)(crc & 0x8000 ? (uint16_t)(crc << 1) ^ 0x1021 : crc << 1);
    }
    return crc;
}

uint8_t wire_encode(const struct wire_message *message, uint8_t *frame)
{
    uint8_t plain[WIRE_MOST_PLAIN];
    uint8_t length = 0, code = 0, out = 1;
    uint16_t crc;

    plain[length++] = message->version;
    plain[length++] = message->kind;
    for (uint8_t i = 0; i < message->length && i < WIRE_MOST_BODY; i++)
        plain[length++] = message->body[i];
    crc = wire_crc(plain, length);
    plain[length++] = (uint8_t)(crc >> 8);
    plain[length++] = (uint8_t)crc;

    /* COBS: each zero byte is replaced by the distance to the next one. */
    for (uint8_t i = 0; i < length; i++) {
        if (plain[i]) {
            frame[out++] = plain[i];
        } else {
            frame[code] = (uint8_t)(out - code);
            code = out++;
        }
    }
    frame[code] = (uint8_t)(out - code);
    frame[out++] = 0;
    return out;
}

/* Undo COBS in place; the length of the plain bytes, or 0 when the distances do not add up. */
static uint8_t plain_of(uint8_t *frame, uint8_t length)
{
    uint8_t in = 0, out = 0;

    while (in < length) {
        uint8_t distance = frame[in++];

        if (distance - 1 > length - in)
            return 0;
        for (uint8_t i = 1; i < distance; i++)
            frame[out++] = frame[in++];
        if (in < length)
            frame[out++] = 0;
    }
    return out;
}

static bool understood(uint8_t *frame, uint8_t length, struct wire_message *message)
{
    uint8_t plain = plain_of(frame, length);

    if (plain < 4)
        return false;
    plain -= 2;
    if (wire_crc(frame, plain) != (uint16_t)((uint16_t)frame[plain] << 8 | frame[plain + 1]))
        return false;
    message->version = frame[0];
    message->kind = frame[1];
    message->length = (uint8_t)(plain - 2);
    for (uint8_t i = 0; i < message->length; i++)
        message->body[i] = frame[i + 2];
    return true;
}

bool wire_hear(struct wire_reader *reader, uint8_t byte, struct wire_message *message)
{
    bool whole;

    if (byte) {
        if (reader->length < sizeof reader->frame)
            reader->frame[reader->length++] = byte;
        else
            reader->too_long = true;
        return false;
    }
    whole = !reader->too_long && understood(reader->frame, reader->length, message);
    reader->length = 0;
    reader->too_long = false;
    return whole;
}
