#include "kept.h"

#include <stddef.h>
#include <string.h>

#include "wire.h"

#define IN_THIS_ORDER __asm__ volatile("" ::: "memory") /* a restart may come between */

static uint16_t crc_of(const struct kept_copy *copy)
{
    return wire_crc((const uint8_t *)copy, offsetof(struct kept_copy, crc));
}

static bool whole(const struct kept_copy *copy)
{
    return crc_of(copy) == copy->crc;
}

/* 0 or 1: the later whole copy; -1 when there is none. */
static int8_t latest(const struct kept *kept)
{
    bool first = whole(&kept->copies[0]), second = whole(&kept->copies[1]);

    if (first && second)
        return (uint8_t)(kept->copies[1].turn - kept->copies[0].turn) == 1;
    return first ? 0 : second ? 1 : -1;
}

void kept_save(struct kept *kept, const struct guardian *guardian)
{
    int8_t now = latest(kept);
    struct kept_copy *older = &kept->copies[now == 0];
    uint8_t turn = now < 0 ? 0 : (uint8_t)(kept->copies[now].turn + 1);

    older->crc = (uint16_t)~older->crc; /* nobody takes a half for a whole */
    IN_THIS_ORDER;
    memcpy(&older->guardian, guardian, sizeof *guardian);
    older->turn = turn;
    IN_THIS_ORDER;
    older->crc = crc_of(older);
}

bool kept_load(const struct kept *kept, struct guardian *guardian)
{
    int8_t now = latest(kept);

    if (now < 0)
        return false;
    memcpy(guardian, &kept->copies[now].guardian, sizeof *guardian);
    return true;
}
