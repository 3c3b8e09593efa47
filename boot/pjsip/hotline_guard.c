/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pj/hotline_guard.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* "255.255.255.255/32" and its NUL. */
#define ENTRY_SIZE 19

struct network {
    uint32_t address; /* host byte order, masked */
    uint32_t mask;
};

struct peers {
    struct network list[HOTLINE_GUARD_MAX];
    unsigned count;
};

static struct peers peers;
static pthread_rwlock_t peers_lock = PTHREAD_RWLOCK_INITIALIZER;
static atomic_ulong dropped;

/* A prefix of 0 is refused: it would be the word for "everybody". */
static int read_prefix(const char *text, uint32_t *mask)
{
    char *end;
    long bits;

    if (text[0] < '0' || text[0] > '9')
        return -1;
    bits = strtol(text, &end, 10);
    if (*end != '\0' || bits < 1 || bits > 32)
        return -1;
    *mask = UINT32_MAX << (32 - bits);
    return 0;
}

static int read_network(char *text, struct network *network)
{
    char *slash = strchr(text, '/');
    struct in_addr address;

    network->mask = UINT32_MAX;
    if (slash) {
        *slash = '\0';
        if (read_prefix(slash + 1, &network->mask) != 0)
            return -1;
    }
    if (inet_pton(AF_INET, text, &address) != 1)
        return -1;
    network->address = ntohl(address.s_addr) & network->mask;
    return 0;
}

static int add_entry(struct peers *to, const char *text, size_t length)
{
    char entry[ENTRY_SIZE];

    while (length > 0 && *text == ' ') {
        text++;
        length--;
    }
    while (length > 0 && text[length - 1] == ' ')
        length--;
    if (length >= sizeof(entry) || to->count >= HOTLINE_GUARD_MAX)
        return -1;
    memcpy(entry, text, length);
    entry[length] = '\0';
    if (read_network(entry, &to->list[to->count]) != 0)
        return -1;
    to->count++;
    return 0;
}

int hotline_guard_set(const char *csv)
{
    struct peers fresh = {.count = 0};

    while (*csv != '\0') {
        size_t length = strcspn(csv, ",");

        if (add_entry(&fresh, csv, length) != 0)
            return -1;
        csv += length;
        if (*csv == ',' && *++csv == '\0')
            return -1;
    }
    pthread_rwlock_wrlock(&peers_lock);
    peers = fresh;
    pthread_rwlock_unlock(&peers_lock);
    return 0;
}

static int is_peer(uint32_t address)
{
    unsigned i;
    int found = 0;

    pthread_rwlock_rdlock(&peers_lock);
    for (i = 0; i < peers.count && !found; i++)
        found = (address & peers.list[i].mask) == peers.list[i].address;
    pthread_rwlock_unlock(&peers_lock);
    return found;
}

int hotline_guard_refuses(const void *sockaddr)
{
    struct sockaddr_in from;

    memcpy(&from, sockaddr, sizeof(from));
    if (from.sin_family == AF_INET && is_peer(ntohl(from.sin_addr.s_addr)))
        return 0;
    atomic_fetch_add(&dropped, 1);
    return 1;
}

int hotline_guard_refuses_media(const void *sockaddr, const void *named)
{
    struct sockaddr_in from, expected;

    memcpy(&from, sockaddr, sizeof(from));
    memcpy(&expected, named, sizeof(expected));
    if (from.sin_family == AF_INET && expected.sin_family == AF_INET &&
        from.sin_addr.s_addr == expected.sin_addr.s_addr)
        return 0;
    return hotline_guard_refuses(sockaddr);
}

unsigned long hotline_guard_dropped(void)
{
    return atomic_load(&dropped);
}
