/* The guardian's memory over its own restart: two copies, of which one is whole at every moment. */
#ifndef KEPT_H
#define KEPT_H

#include "guardian.h"

struct kept_copy {
    struct guardian guardian;
    uint8_t turn; /* which of the two is the later */
    uint16_t crc;
};

struct kept {
    struct kept_copy copies[2];
};

/* Overwrite the older copy. A restart in the midst of it leaves the other one. */
void kept_save(struct kept *kept, const struct guardian *guardian);

/* The latest whole copy. False when neither is: the board had no power. */
bool kept_load(const struct kept *kept, struct guardian *guardian);

#endif
